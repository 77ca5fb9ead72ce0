package io.baseload.engine.model;

import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling;
import io.baseload.engine.config.RopeScaling.Numbers;
import java.util.Map;
import java.util.Objects;

/**
 * The rotation of each pair of a head, in radians per position, after scaling.
 *
 * @param weights the numbers of each {@link Numbers.Weight}
 */
record RopeFrequencies(Map<String, float[]> weights) {

    /** @param far whether the sequence is longer than the original training's context, for scalings that depend on it */
    double[] of(Rope rope, boolean far) {
        double[] f = rope.frequencies();
        switch (rope.scaling()) {
            case RopeScaling.None none -> {}
            case RopeScaling.Dynamic dynamic -> {}
            case RopeScaling.Linear linear -> {
                for (int i = 0; i < f.length; i++) {
                    f[i] /= linear.factor();
                }
            }
            case RopeScaling.Divided divided -> divide(f, divided.factors());
            case RopeScaling.Llama3 llama3 -> scale(f, llama3);
            case RopeScaling.Yarn yarn -> scale(f, yarn, rope.base());
            case RopeScaling.LongRope scaling -> divide(f, far ? scaling.far() : scaling.nearby());
        }
        return f;
    }

    private void divide(double[] f, Numbers factors) {
        for (int i = 0; i < f.length; i++) {
            f[i] /= switch (factors) {
                case Numbers.Listed listed -> listed.values().get(i);
                case Numbers.Weight weight -> Objects.requireNonNull(weights.get(weight.name()))[i];
            };
        }
    }

    private static void scale(double[] f, RopeScaling.Llama3 s) {
        for (int i = 0; i < f.length; i++) {
            double turns = s.original() * f[i] / (2 * Math.PI);
            double kept = Math.clamp((turns - s.low()) / (s.high() - s.low()), 0, 1);
            f[i] = (1 - kept) * f[i] / s.factor() + kept * f[i];
        }
    }

    private static void scale(double[] f, RopeScaling.Yarn s, double base) {
        double low = pair(s.fast(), s, f.length, base);
        double high = pair(s.slow(), s, f.length, base);
        low = Math.max(s.truncate() ? Math.floor(low) : low, 0);
        high = Math.min(s.truncate() ? Math.ceil(high) : high, 2 * f.length - 1);
        double width = high == low ? 0.001 : high - low;
        for (int i = 0; i < f.length; i++) {
            double scaled = Math.clamp((i - low) / width, 0, 1);
            f[i] = scaled * f[i] / s.factor() + (1 - scaled) * f[i];
        }
    }

    /** The (fractional) pair that rotates {@code turns} times in the original training's context. */
    private static double pair(double turns, RopeScaling.Yarn s, int pairs, double base) {
        return pairs * Math.log(s.original() / (turns * 2 * Math.PI)) / Math.log(base);
    }
}
