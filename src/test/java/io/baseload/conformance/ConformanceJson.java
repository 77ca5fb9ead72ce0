package io.baseload.conformance;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Shorthand for reading reference JSON. */
final class ConformanceJson {
    /** Integers of any size stay integers, and numbers with a point stay numbers with a point. */
    private static final JsonMapper VALUES = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();

    private ConformanceJson() {}

    static JsonNode read(Path file) {
        return VALUES.readTree(file.toFile());
    }

    static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    static String text(JsonNode object, String field) {
        return object.path(field).asString("");
    }

    static boolean has(JsonNode object, String... fields) {
        return object.isObject() && Arrays.stream(fields).allMatch(object::has);
    }

    /** An object as maps, lists, text, numbers, booleans and null, in its order. */
    static Map<String, Object> map(JsonNode object) {
        return VALUES.convertValue(object, new TypeReference<>() {});
    }

    /** Empty if the ids are the expected ones. */
    static Optional<String> equal(int[] given, int[] expected) {
        return Arrays.equals(given, expected)
                ? Optional.empty()
                : Optional.of("gives " + Arrays.toString(given) + ", not " + Arrays.toString(expected));
    }
}
