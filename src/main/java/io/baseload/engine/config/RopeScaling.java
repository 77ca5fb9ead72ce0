package io.baseload.engine.config;

import java.util.List;

/** How rotary embedding is stretched for contexts longer than those of the original training. */
public sealed interface RopeScaling {
    /** Names of the weights that contain its numbers. */
    default List<String> weights() {
        List<Numbers> numbers = switch (this) {
            case Divided divided -> List.of(divided.factors());
            case LongRope scaling -> List.of(scaling.nearby(), scaling.far());
            case None none -> List.of();
            case Linear linear -> List.of();
            case Dynamic dynamic -> List.of();
            case Llama3 llama3 -> List.of();
            case Yarn yarn -> List.of();
        };
        return numbers.stream()
                .filter(Numbers.Weight.class::isInstance)
                .map(weight -> ((Numbers.Weight) weight).name())
                .toList();
    }

    /** No scaling. */
    record None() implements RopeScaling {}

    /** Positions divided by a factor (Chen et al., 2023). */
    record Linear(double factor) implements RopeScaling {}

    /**
     * NTK-aware scaling of sequences longer than {@code limit} tokens. Not implemented: the context ends there, and up to there the scaling changes nothing.
     */
    record Dynamic(int limit) implements RopeScaling {}

    /** Each pair's frequency divided by its own number: Llama 3's scaling as GGUF has it, whose numbers are a weight. */
    record Divided(Numbers factors) implements RopeScaling {}

    /**
     * Llama 3's: with w the wavelength 2π/f, f is kept if w &lt; original/high, is f/factor if w &gt; original/low, and is interpolated in between.
     *
     * @param original context length of the original training
     */
    record Llama3(double factor, double low, double high, int original) implements RopeScaling {}

    /**
     * YaRN (Peng et al., 2023): pairs that rotate more than {@code fast} times in the original context keep their frequency, the frequencies of those that rotate less than {@code slow}
     * times are divided by the factor, and those in between are interpolated.
     *
     * @param truncate whether the bounds are rounded to whole pairs
     * @param magnitude factor of cosine and sine
     */
    record Yarn(double factor, double fast, double slow, int original, boolean truncate, double magnitude)
            implements RopeScaling {
        /** The magnitude for a factor by the paper's formula, whose constant is {@code weight}. */
        public static double magnitude(double factor, double weight) {
            return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
        }
    }

    /**
     * LongRoPE (Ding et al., 2024), as Phi 3 has it: each pair's frequency divided by its number in one list as long as the whole sequence has at most {@code original} tokens, and in
     * another list beyond that.
     *
     * @param magnitude factor of cosine and sine, for every length
     */
    record LongRope(Numbers nearby, Numbers far, int original, double magnitude) implements RopeScaling {}

    /** A number for each pair. */
    sealed interface Numbers {
        /** The numbers themselves. */
        record Listed(List<Double> values) implements Numbers {
            public Listed {
                values = List.copyOf(values);
            }
        }

        /** @param name the weight that has them */
        record Weight(String name) implements Numbers {}
    }
}
