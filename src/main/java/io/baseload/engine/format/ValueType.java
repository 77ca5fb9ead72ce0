package io.baseload.engine.format;

import java.util.Optional;

/** Types of metadata values, in the order of their ids in the format. */
enum ValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    /** A length of 8 bytes, and the text in UTF-8. */
    STRING(8),
    /** An element type of 4 bytes, a count of 8 bytes, and the elements. */
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private static final ValueType[] BY_ID = values();
    private final int smallest;

    ValueType(int smallest) {
        this.smallest = smallest;
    }

    static Optional<ValueType> of(int id) {
        return id >= 0 && id < BY_ID.length ? Optional.of(BY_ID[id]) : Optional.empty();
    }

    /** Smallest size of a value in bytes. */
    int smallest() {
        return smallest;
    }

    boolean fixedSize() {
        return this != STRING && this != ARRAY;
    }

    boolean integer() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }
}
