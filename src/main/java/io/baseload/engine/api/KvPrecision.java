package io.baseload.engine.api;

import io.baseload.engine.platform.HalfConversion;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the KV cache stores elements of keys and values. */
public enum KvPrecision {
    /** As they were computed. */
    F32,
    /** IEEE half precision, rounded to nearest even. Numbers beyond ±65504 are stored as NaN, so the answer fails. */
    F16,
    /** 8 bits with an F32 scale for each 32 elements of a head: the largest magnitude / 127. */
    Q8;

    /** F16 where products are rounded to 8 bits anyway and this machine converts it in machine code; otherwise F32: nothing is rounded, or only a slow loop could convert. */
    public static KvPrecision defaultOf(Precision arithmetic) {
        return defaultOf(arithmetic, HalfConversion.available().isPresent());
    }

    /** The same for a machine of which is known whether it converts F16 in machine code. */
    public static KvPrecision defaultOf(Precision arithmetic, boolean converts) {
        return arithmetic == Precision.FAST && converts ? F16 : F32;
    }

    /**
     * The precision with this {@link #label}.
     *
     * @throws IllegalArgumentException if there is none; the message lists the allowed ones
     */
    public static KvPrecision of(String label) {
        return Stream.of(values())
                .filter(precision -> precision.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of " + labels() + ", not " + label));
    }

    /** f32, f16 or q8. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static String labels() {
        return Stream.of(values()).map(KvPrecision::label).collect(Collectors.joining(", "));
    }
}
