package io.baseload.engine.config;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reads keys as numbers that must lie in a range. */
public final class ConfigNumbers {
    /** Larger than any such number in any model, but small enough that a product of two fits in a long. */
    private static final int MAX_SIZE = 1 << 24;

    /** Far more than any model has. Each layer takes memory before its tensors are looked for. */
    private static final int MAX_LAYERS = 4096;

    private final Keys keys;

    public ConfigNumbers(Keys keys) {
        this.keys = keys;
    }

    /**
     * A positive count or width.
     *
     * @throws io.baseload.engine.api.ModelFileException if it is missing or out of range, as do all methods here
     */
    public int size(Key key) {
        return checked(key, present(key), 1, MAX_SIZE);
    }

    public int size(Key key, int otherwise) {
        OptionalLong value = keys.integer(key);
        return value.isPresent() ? checked(key, value.getAsLong(), 1, MAX_SIZE) : otherwise;
    }

    /** The number of layers. */
    public int layers(Key key) {
        return checked(key, present(key), 1, MAX_LAYERS);
    }

    /** A count that may be 0; 0 if the key is missing. */
    public int count(Key key) {
        return checked(key, keys.integer(key).orElse(0), 0, MAX_SIZE);
    }

    public double positive(Key key) {
        return positive(key, keys.number(key));
    }

    public double positive(Key key, double otherwise) {
        OptionalDouble value = keys.number(key);
        return value.isPresent() ? positive(key, value) : otherwise;
    }

    /** A number of 0 or more; 0 if the key is missing. */
    public double zeroOrMore(Key key) {
        double value = keys.number(key).orElse(0);
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw keys.refuse(key, "is " + value + "; it must be 0 or more");
        }
        return value;
    }

    private double positive(Key key, OptionalDouble number) {
        double value = number.orElseThrow(() -> keys.refuse(key, "is missing"));
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw keys.refuse(key, "is " + value + "; it must be positive");
        }
        return value;
    }

    private long present(Key key) {
        return keys.integer(key).orElseThrow(() -> keys.refuse(key, "is missing"));
    }

    private int checked(Key key, long size, int least, int most) {
        if (size < least || size > most) {
            throw keys.refuse(key, "is " + size + "; it must be from " + least + " to " + most);
        }
        return (int) size;
    }
}
