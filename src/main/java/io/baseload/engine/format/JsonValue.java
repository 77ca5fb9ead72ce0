package io.baseload.engine.format;

import java.util.List;
import java.util.Map;

/** A value of a JSON text and its offset in the file; for text, that of the first character inside the quotes. */
sealed interface JsonValue {
    long offset();

    record Struct(long offset, Map<String, JsonValue> fields) implements JsonValue {}

    record Array(long offset, List<JsonValue> elements) implements JsonValue {}

    record Text(long offset, String value) implements JsonValue {}

    record Int(long offset, long value) implements JsonValue {}

    /** A number with a point or an exponent, or one too large for a long. */
    record Real(long offset, double value) implements JsonValue {}

    record Flag(long offset, boolean value) implements JsonValue {}

    record Null(long offset) implements JsonValue {}

    default String kind() {
        return switch (this) {
            case Struct s -> "an object";
            case Array a -> "an array";
            case Text t -> "text";
            case Int i -> "an integer";
            case Real r -> "a number with a point";
            case Flag f -> "a boolean";
            case Null n -> "null";
        };
    }
}
