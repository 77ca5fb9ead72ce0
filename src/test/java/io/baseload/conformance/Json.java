package io.baseload.conformance;

import tools.jackson.databind.JsonNode;

/** Shorthand for reading reference JSON. */
final class Json {
    private Json() {}

    static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    static String text(JsonNode object, String field) {
        return object.path(field).asString("");
    }

    static boolean has(JsonNode object, String... fields) {
        for (String field : fields) {
            if (!object.has(field)) {
                return false;
            }
        }
        return object.isObject();
    }
}
