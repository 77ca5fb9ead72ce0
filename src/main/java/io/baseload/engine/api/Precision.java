package io.baseload.engine.api;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The arithmetic of linear layers. In both, the order of each sum is fixed, so an answer does not depend on the load. */
public enum Precision {
    /** Activations in F32: the definition, which is compared with the reference outputs. */
    EXACT,
    /** Activations quantized to 8 bits per block, multiplied by the weights' codes as integers: several times faster, slightly less accurate. */
    FAST;

    /**
     * The precision with this {@link #label}.
     *
     * @throws IllegalArgumentException if there is none; the message lists the allowed ones
     */
    public static Precision of(String label) {
        return Stream.of(values())
                .filter(precision -> precision.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of " + labels() + ", not " + label));
    }

    /** exact or fast. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static String labels() {
        return Stream.of(values()).map(Precision::label).collect(Collectors.joining(", "));
    }
}
