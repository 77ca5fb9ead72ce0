package io.baseload.conformance;

import io.baseload.chat.python.TemplateException;
import io.baseload.chat.template.TemplateSyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** The result of a template: a text, a refusal in its author's words, or another failure. */
sealed interface TemplateOutcome {
    /** When the references were rendered. */
    LocalDateTime CLOCK = LocalDateTime.of(2026, 3, 5, 14, 7, 9);

    record Rendered(String text) implements TemplateOutcome {}

    record Raised(String message) implements TemplateOutcome {}

    record Failed(String message) implements TemplateOutcome {}

    static TemplateOutcome of(Supplier<String> rendering) {
        try {
            return new Rendered(rendering.get());
        } catch (TemplateException e) {
            return e.raised() ? new Raised(String.valueOf(e.getMessage())) : new Failed(String.valueOf(e.getMessage()));
        } catch (TemplateSyntaxException e) {
            return new Failed(String.valueOf(e.getMessage()));
        }
    }

    /** A text must be equal, and so must the words of {@code raise_exception}; of another failure only that it is one. */
    default Optional<String> problem(JsonNode expected) {
        boolean right = switch (this) {
            case Rendered rendered ->
                expected.has("expected")
                        ? rendered.text().equals(ConformanceJson.text(expected, "expected"))
                        : rendered.text()
                                .equals(expected.path("if_mutation_were_allowed")
                                        .asString(null));
            case Raised raised ->
                ConformanceJson.text(expected, "error").equals("raise_exception")
                        && raised.message().equals(ConformanceJson.text(expected, "message"));
            case Failed failed ->
                expected.has("error")
                        && !ConformanceJson.text(expected, "error").equals("raise_exception");
        };
        return right ? Optional.empty() : Optional.of("gives " + this + ", not " + expected);
    }

    /** Any failure will do, and the reference's text. */
    default Optional<String> problemIfHostile(JsonNode expected) {
        boolean right = !(this instanceof Rendered rendered)
                || rendered.text().equals(expected.path("expected").asString(null))
                || sha256(rendered.text()).equals(ConformanceJson.text(expected, "sha256"));
        return right ? Optional.empty() : Optional.of("gives " + this + ", not " + expected);
    }

    private static String sha256(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
