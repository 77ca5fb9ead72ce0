package io.baseload.chat.schema;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One of the 200 schemas of {@code schemas.jsonl}.
 *
 * @param ask the question for a model
 * @param no texts that don't satisfy it
 */
public record Example(String id, String ask, String schema, List<String> no) {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public static List<Example> all() {
        try (InputStream in = Objects.requireNonNull(Example.class.getResourceAsStream("/schemas/schemas.jsonl"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(Example::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Example read(String line) {
        JsonNode node = STRICT.readTree(line);
        return new Example(
                node.get("id").asString(),
                node.get("ask").asString(),
                node.get("schema").toString(),
                node.get("no").valueStream().map(JsonNode::asString).toList());
    }

    /** The problem that a third-party parser or validator finds in a text; empty if there is none. */
    public List<String> problems(String text) {
        return problems(schema, text);
    }

    static List<String> problems(String schema, String text) {
        try {
            STRICT.readTree(text);
        } catch (JacksonException broken) {
            return List.of(String.valueOf(broken.getOriginalMessage()));
        }
        Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
        return validator
                .validate(
                        text,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }

    @Override
    public String toString() {
        return id;
    }
}
