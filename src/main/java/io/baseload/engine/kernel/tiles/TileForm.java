package io.baseload.engine.kernel.tiles;

import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Packing;

/** What {@link TileRows} contain, which depends on how integers are added up: instructions without dot products multiply an unsigned byte by one with a sign, and add two such products in 16 bits. */
public enum TileForm {
    /** Codes, for dot products, or for weights of 4 bits, whose sums fit in 16 bits. */
    SIGNED,
    /** Codes, for weights whose sums fit in 16 bits only after their offset has been taken away. */
    SHORT_SUMS,
    /** The same for weights whose sums fit only if {@link TileRows#limiting codes aren't too large}. */
    LIMITED,
    /** Magnitudes of codes, and their signs, for weights that have signs themselves. */
    MAGNITUDES;

    /** The most that the magnitudes of half of a group's codes may add up to in {@link #LIMITED}: times the largest weight, a sum without the offset's share. */
    public static final int MAX_HALF = Short.MAX_VALUE / CodeValues.REACH;

    /** The same for two columns: times the largest weight with its offset. */
    public static final int MAX_PAIR = Short.MAX_VALUE / (2 * CodeValues.REACH);

    /** The form for some weights. */
    public static TileForm of(VectorInstructions set, Packing packing) {
        return CodeValues.of(packing.codes(), set).form();
    }

    /** Whether sums have 16 bits, and begin without the offset's share. */
    public boolean shortSums() {
        return this == SHORT_SUMS || this == LIMITED;
    }
}
