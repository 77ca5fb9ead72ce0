package io.baseload.engine.api;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What linear layers compute with. Either way the order of every sum is fixed, so an answer does not depend on the load. */
public enum Precision {
    /** Activations in F32: the definition, which the reference outputs are compared with. */
    EXACT,
    /** Activations quantized to 8 bits per block, multiplied with the weights' codes as integers: several times faster, a little less accurate. */
    FAST;

    /**
     * The precision of this name, in lower case as {@link #label}.
     *
     * @throws IllegalArgumentException if there is none; the message says which there are
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
