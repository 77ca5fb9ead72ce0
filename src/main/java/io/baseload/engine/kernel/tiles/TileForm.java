package io.baseload.engine.kernel.tiles;

import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Packing;

/** What {@link TileRows} contain, which depends on how integers are added up: instructions without dot products multiply an unsigned byte by one with a sign, and add two such products in 16 bits. */
public enum TileForm {
    /** Codes, for dot products, or for weights of 4 bits, whose sums fit in 16 bits. */
    SIGNED,
    /** Codes, for weights whose sums fit in 16 bits only after their offset has been taken away. */
    SHORT_SUMS,
    /** The same for weights whose sums fit only if {@link #most codes aren't too large}. */
    LIMITED,
    /** Magnitudes of codes, and their signs, for weights that have signs themselves. */
    MAGNITUDES;

    /** The form for some weights. */
    public static TileForm of(VectorInstructions set, Packing packing) {
        return CodeValues.of(packing.codes(), set).form();
    }

    /** Whether sums have 16 bits, and begin without the offset's share. */
    boolean shortSums() {
        return this == SHORT_SUMS || this == LIMITED;
    }

    /** The most that the magnitudes of a group's codes may add up to, of columns 0 … 3 of each eight, or of columns 4 … 7; steps are larger where they would be more. */
    public int most() {
        return this == LIMITED ? Short.MAX_VALUE / CodeValues.REACH : Integer.MAX_VALUE;
    }
}
