package io.baseload.engine.sample;

/**
 * Random numbers by counter: the i-th number of a seed is a function of both, so a sequence that was interrupted and computed again draws the same numbers.
 * The mixing is SplitMix64's (Steele, Lea and Flood, 2014).
 */
final class Randomness {
    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    private Randomness() {}

    /** A number from [0, 1). */
    static double uniform(long seed, int index) {
        long bits = mix(mix(seed + GOLDEN_RATIO) + (index + 1) * GOLDEN_RATIO);
        return (bits >>> 11) * 0x1p-53;
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
