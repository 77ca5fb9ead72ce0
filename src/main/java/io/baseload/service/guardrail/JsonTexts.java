package io.baseload.service.guardrail;

import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The texts in JSON: strings without their escapes, and numbers, which become strings if anything in them is replaced. */
final class JsonTexts {
    /** A duplicate member could hide a text, so JSON with duplicates is treated as plain text. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private JsonTexts() {}

    /** JSON with each text replaced; unchanged if nothing is replaced. Anything else is one text. */
    static String rewrite(String json, UnaryOperator<String> rewriting) {
        JsonNode before;
        try {
            before = JSON.readTree(json);
        } catch (JacksonException e) {
            return rewriting.apply(json);
        }
        JsonNode after = rewrite(before, rewriting);
        return after.equals(before) ? json : after.toString();
    }

    private static JsonNode rewrite(JsonNode node, UnaryOperator<String> rewriting) {
        var nodes = JsonNodeFactory.instance;
        return switch (node.getNodeType()) {
            case OBJECT -> {
                var object = nodes.objectNode();
                node.properties()
                        .forEach(member ->
                                object.set(rewriting.apply(member.getKey()), rewrite(member.getValue(), rewriting)));
                yield object;
            }
            case ARRAY -> {
                var array = nodes.arrayNode();
                node.forEach(item -> array.add(rewrite(item, rewriting)));
                yield array;
            }
            case STRING -> nodes.stringNode(rewriting.apply(node.stringValue()));
            case NUMBER -> {
                String number = node.asString();
                String text = rewriting.apply(number);
                yield text.equals(number) ? node : nodes.stringNode(text);
            }
            default -> node;
        };
    }
}
