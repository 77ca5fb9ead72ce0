package io.baseload.engine.api;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The format to which weights of linear layers are converted. Norms, biases, embeddings, heads, routers and convolutions keep the source's numbers. */
public enum Quantization {
    /** The source's format. */
    KEEP,
    /** bitsandbytes' 4-bit NormalFloat, an F32 scale for each 64 weights. */
    NF4,
    /** The same with 8-bit scales (double quantization). */
    NF4_DQ,
    /** The same with scales in 8-bit floats, as in the QLoRA paper. */
    NF4_FP8,
    /** bitsandbytes' 4-bit floating point, an F32 scale for each 64 weights. */
    FP4,
    /** 4-bit integers, a scale and a minimum of 8 bits each for each 32 weights. */
    Q4,
    /** 8 bits, a scale for each 32 weights. */
    Q8,
    BF16,
    F32;

    /** Whether weights lose precision, unless they already have this format. */
    public boolean lossy() {
        return switch (this) {
            case NF4, NF4_DQ, NF4_FP8, FP4, Q4, Q8 -> true;
            case KEEP, BF16, F32 -> false;
        };
    }

    /** The name in commands and requests: {@code nf4-dq}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Quantization> named(String label) {
        return Arrays.stream(values()).filter(one -> one.label().equals(label)).findFirst();
    }

    public static List<String> labels() {
        return Arrays.stream(values()).map(Quantization::label).toList();
    }
}
