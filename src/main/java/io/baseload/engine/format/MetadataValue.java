package io.baseload.engine.format;

/** A metadata value and its offset in the file. Arrays are read only when they are requested. */
sealed interface MetadataValue {
    long offset();

    record Int(long offset, long value) implements MetadataValue {}

    record Real(long offset, double value) implements MetadataValue {}

    record Flag(long offset, boolean value) implements MetadataValue {}

    record Text(long offset, String value) implements MetadataValue {}

    /**
     * An array.
     *
     * @param first offset of the first element
     */
    record Array(long offset, ValueType element, long count, long first) implements MetadataValue {}

    default String kind() {
        return switch (this) {
            case Int i -> "an integer";
            case Real r -> "a floating-point number";
            case Flag f -> "a boolean";
            case Text t -> "a string";
            case Array a -> "an array of " + a.element();
        };
    }
}
