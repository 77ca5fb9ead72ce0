package io.baseload.chat.tools;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.template.JsonData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How arguments are written that are no JSON object: {@code parameter (between parameter)*}, where a parameter is {@code beforeName NAME beforeValue VALUE
 * afterValue}. A line end that ends {@code beforeValue}, and one that begins {@code afterValue}, are no part of the value.
 *
 * @param openText what stands before texts; may be empty
 * @param closeText what stands after them; not within them
 */
record ParameterSyntax(
        Values values,
        String beforeName,
        String beforeValue,
        String afterValue,
        String between,
        String openText,
        String closeText) {

    enum Values {
        /** Texts as they are, all else as JSON; {@code afterValue} ends them. */
        TEXTS("<>\""),
        /** As Python writes them. Where there is an {@code openText}, texts between it and {@code closeText} are as they are. */
        LITERALS(" <>\"'=:,(){}[]");

        private final String excluded;

        /** @param excluded from names, beside controls */
        Values(String excluded) {
            this.excluded = excluded;
        }

        CodePoints nameCharacters() {
            return CodePoints.range(' ', Character.MAX_CODE_POINT).without(CodePoints.of(excluded));
        }

        /** A regular expression for one of them. */
        String nameCharacter() {
            return "[^\\x00-\\x1f\\Q" + excluded + "\\E]";
        }
    }

    /** The form of most: values between marks. */
    static ParameterSyntax texts(String beforeName, String beforeValue, String afterValue) {
        return new ParameterSyntax(Values.TEXTS, beforeName, beforeValue, afterValue, "", "", "");
    }

    /** Whether a value stands on lines of its own. */
    boolean onLines() {
        return beforeValue.endsWith("\n");
    }

    /** Whether texts must stand between their marks, and may not without. */
    boolean hasQuotes() {
        return values == Values.LITERALS && !openText.isEmpty();
    }

    /** Arguments that are a JSON object; others as they are. */
    String write(String arguments) {
        if (!(parsed(arguments) instanceof Map<?, ?> members)) {
            return arguments;
        }
        List<String> parameters = new ArrayList<>();
        members.forEach((name, value) -> parameters.add(beforeName + name + beforeValue + written(value) + afterValue));
        return String.join(between, parameters);
    }

    private static @Nullable Object parsed(String arguments) {
        try {
            return JsonData.parse(arguments);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private String written(@Nullable Object value) {
        if (value instanceof String text && values == Values.TEXTS) {
            boolean plain = openText.isEmpty() || text.chars().noneMatch(c -> "<&\n".indexOf(c) >= 0);
            return plain ? text : openText + text + closeText;
        }
        if (value instanceof String text && hasQuotes()) {
            return openText + text + closeText;
        }
        return values == Values.LITERALS && openText.isEmpty() ? python(value) : JsonData.write(value);
    }

    private static String python(@Nullable Object value) {
        return switch (value) {
            case null -> "None";
            case Boolean b -> b ? "True" : "False";
            case List<?> items ->
                items.stream().map(ParameterSyntax::python).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> members ->
                members.entrySet().stream()
                        .map(member -> python(member.getKey()) + ": " + python(member.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            default -> JsonData.write(value);
        };
    }
}
