package io.baseload.engine.model;

import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling;
import io.baseload.engine.kernel.Rotary;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The tables of cosines and sines that a model's layers rotate with; layers of one embedding share a table. */
final class RopeTables {
    private final Map<Rope, Rotary> tables = new HashMap<>();
    private final Map<String, float[]> stored;
    private final int positions;

    /**
     * @param stored the numbers of each {@link RopeScaling.Stored}
     * @param positions how many the tables have
     */
    RopeTables(Map<String, float[]> stored, int positions) {
        this.stored = stored;
        this.positions = positions;
    }

    Rotary table(Rope rope) {
        return tables.computeIfAbsent(rope, this::make);
    }

    private Rotary make(Rope rope) {
        double[] frequencies = rope.frequencies();
        switch (rope.scaling()) {
            case RopeScaling.None none -> {}
            case RopeScaling.Linear linear -> divide(frequencies, linear.factor());
            case RopeScaling.Stored factors ->
                divide(frequencies, Objects.requireNonNull(stored.get(factors.weight())));
        }
        return Rotary.of(Rotary.Layout.HALVES, frequencies, 1, positions);
    }

    private static void divide(double[] frequencies, double factor) {
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= factor;
        }
    }

    private static void divide(double[] frequencies, float[] factors) {
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= factors[i];
        }
    }
}
