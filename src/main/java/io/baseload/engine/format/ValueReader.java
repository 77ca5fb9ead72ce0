package io.baseload.engine.format;

import io.baseload.engine.format.MetadataValue.Array;
import io.baseload.engine.format.MetadataValue.Flag;
import io.baseload.engine.format.MetadataValue.Int;
import io.baseload.engine.format.MetadataValue.Real;
import io.baseload.engine.format.MetadataValue.Text;

/** Reads metadata values. Arrays are only scanned, to check each length inside them. */
final class ValueReader {
    private static final int MAX_ARRAY_DEPTH = 4;
    private static final int MAX_TEXT_LENGTH = 1 << 26;

    private final Cursor in;

    ValueReader(Cursor in) {
        this.in = in;
    }

    MetadataValue read(String what) {
        ValueType type = type("the type of " + what);
        return value(type, what);
    }

    MetadataValue value(ValueType type, String what) {
        long at = in.position();
        return switch (type) {
            case UINT8 -> new Int(at, in.u8(what));
            case INT8 -> new Int(at, (byte) in.u8(what));
            case UINT16 -> new Int(at, in.i16(what) & 0xffff);
            case INT16 -> new Int(at, in.i16(what));
            case UINT32 -> new Int(at, in.i32(what) & 0xffff_ffffL);
            case INT32 -> new Int(at, in.i32(what));
            case UINT64, INT64 -> new Int(at, in.i64(what));
            case FLOAT32 -> new Real(at, Float.intBitsToFloat(in.i32(what)));
            case FLOAT64 -> new Real(at, Double.longBitsToDouble(in.i64(what)));
            case BOOL -> new Flag(at, flag(what));
            case STRING -> new Text(at, in.string(MAX_TEXT_LENGTH, what));
            case ARRAY -> array(what, 1);
        };
    }

    private ValueType type(String what) {
        long at = in.position();
        int id = in.i32(what);
        return ValueType.of(id)
                .orElseThrow(
                        () -> in.refuse(at, what + " is " + Integer.toUnsignedString(id) + "; 0 to 12 are defined"));
    }

    private boolean flag(String what) {
        long at = in.position();
        int value = in.u8(what);
        if (value > 1) {
            throw in.refuse(at, what + " is a boolean of value " + value + "; 0 and 1 are defined");
        }
        return value == 1;
    }

    private Array array(String what, int depth) {
        long at = in.position();
        if (depth > MAX_ARRAY_DEPTH) {
            throw in.refuse(at, what + " has arrays inside arrays deeper than " + MAX_ARRAY_DEPTH);
        }
        ValueType element = type("the element type of " + what);
        long count = in.count(element.smallest(), "the element count of " + what);
        long first = in.position();
        skip(element, count, what, depth);
        return new Array(at, element, count, first);
    }

    private void skip(ValueType element, long count, String what, int depth) {
        if (element.fixedSize()) {
            in.take(count * element.smallest(), what);
            return;
        }
        for (long i = 0; i < count; i++) {
            if (element == ValueType.STRING) {
                in.take(in.count(1, "the length of a string in " + what), what);
            } else {
                array(what, depth + 1);
            }
        }
    }
}
