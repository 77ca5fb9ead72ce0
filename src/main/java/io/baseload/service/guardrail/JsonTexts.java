package io.baseload.service.guardrail;

import io.baseload.chat.api.InvalidRequestException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The texts in JSON: strings without their escapes, and numbers, which become strings if anything in them is replaced. */
final class JsonTexts {
    /** A tree uses up to a hundred bytes for each token. JSON with more of them is refused. */
    private static final int MAX_TOKENS = 100_000;

    /** A duplicate member could hide a text, so JSON with duplicates is refused. Numbers keep all their digits. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Accepts all JSON that engines may accept, and then print without its escapes. */
    private static final JsonMapper LENIENT = JSON.rebuild()
            .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private JsonTexts() {}

    /**
     * JSON with each text replaced; unchanged if nothing is replaced. Anything else is one text.
     *
     * @param field of the request, for the message
     * @throws InvalidRequestException if its texts can't be found, but an engine might print them
     */
    static String rewrite(String json, String field, UnaryOperator<String> rewriting) {
        JsonNode before;
        try {
            before = JSON.readTree(json);
        } catch (JacksonException e) {
            if (isJson(json)) {
                throw new InvalidRequestException(
                        field,
                        "invalid_value",
                        "Invalid '" + field + "': this tenant's requests are filtered, so JSON in it may have at most "
                                + MAX_TOKENS
                                + " names, values and brackets, no duplicate members, and no NaN or Infinity.");
            }
            return rewriting.apply(json);
        }
        JsonNode after = rewrite(before, rewriting);
        return after.equals(before) ? json : after.toString();
    }

    /** Whether it is JSON for a lenient reader, or may be: it is too large, or too deep, to be read to its end. */
    private static boolean isJson(String text) {
        try {
            LENIENT.readTree(text);
            return true;
        } catch (StreamConstraintsException e) {
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    private static JsonNode rewrite(JsonNode node, UnaryOperator<String> rewriting) {
        var nodes = JsonNodeFactory.instance;
        return switch (node.getNodeType()) {
            case OBJECT -> {
                var object = nodes.objectNode();
                var same = new HashMap<String, Integer>();
                node.properties().forEach(member -> {
                    String name = rewriting.apply(member.getKey());
                    object.set(unused(name, object::has, same), rewrite(member.getValue(), rewriting));
                });
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

    /**
     * A name that the object doesn't have yet: names of which the same is left get numbers.
     *
     * @param has whether the object has such a member
     * @param same how many members have had each name
     */
    static String unused(String name, Predicate<String> has, Map<String, Integer> same) {
        String free = name;
        while (has.test(free)) {
            free = name + " " + (same.merge(name, 1, Integer::sum) + 1);
        }
        return free;
    }
}
