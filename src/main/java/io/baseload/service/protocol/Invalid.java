package io.baseload.service.protocol;

import io.baseload.chat.api.InvalidRequestException;
import java.math.BigInteger;
import java.util.Collection;
import tools.jackson.databind.JsonNode;

/** Errors about a field, with the messages and codes of the OpenAI API. */
public final class Invalid {
    private Invalid() {}

    public static InvalidRequestException type(String path, String expected, JsonNode found) {
        return new InvalidRequestException(
                path,
                "invalid_type",
                "Invalid type for '" + path + "': expected " + expected + ", but got " + kind(found) + " instead.");
    }

    public static InvalidRequestException missing(String path) {
        return new InvalidRequestException(
                path, "missing_required_parameter", "Missing required parameter: '" + path + "'.");
    }

    /** @param allowed the allowed values, as a sentence */
    public static InvalidRequestException value(String path, String allowed) {
        return new InvalidRequestException(path, "invalid_value", "Invalid '" + path + "': " + allowed);
    }

    public static InvalidRequestException notOneOf(String path, String value, Collection<String> allowed) {
        String supported = String.join("', '", allowed);
        return new InvalidRequestException(
                path, "invalid_value", "Invalid value: '" + value + "'. Supported values are: '" + supported + "'.");
    }

    /** Valid in the OpenAI API, but not supported by this service. */
    public static InvalidRequestException unsupported(String path, String reason) {
        return new InvalidRequestException(path, "unsupported_value", "Unsupported '" + path + "': " + reason);
    }

    public static InvalidRequestException integerBelow(String path, long min, BigInteger found) {
        return bound(path, "integer_below_min_value", "integer below minimum value", "a value >= " + min, found);
    }

    public static InvalidRequestException integerAbove(String path, long max, BigInteger found) {
        return bound(path, "integer_above_max_value", "integer above maximum value", "a value <= " + max, found);
    }

    public static InvalidRequestException decimalBelow(String path, double min, double found) {
        return bound(path, "decimal_below_min_value", "decimal below minimum value", "a value >= " + min, found);
    }

    public static InvalidRequestException decimalAbove(String path, double max, double found) {
        return bound(path, "decimal_above_max_value", "decimal above maximum value", "a value <= " + max, found);
    }

    public static InvalidRequestException emptyArray(String path) {
        return bound(path, "empty_array", "empty array", "an array of length 1 or more", "an empty array");
    }

    public static InvalidRequestException arrayTooLong(String path, int max, int found) {
        String allowed = "an array of length " + max + " or less";
        return bound(path, "array_above_max_length", "array too long", allowed, "length " + found);
    }

    private static InvalidRequestException bound(String path, String code, String what, String allowed, Object found) {
        return new InvalidRequestException(
                path,
                code,
                "Invalid '" + path + "': " + what + ". Expected " + allowed + ", but got " + found + " instead.");
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> "a string";
            case BOOLEAN -> "a boolean";
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case NUMBER -> node.isIntegralNumber() ? "an integer" : "a decimal number";
            default -> "null";
        };
    }
}
