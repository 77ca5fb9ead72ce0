package io.baseload.engine.kernel.tiles;

import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Packing;

/** What {@link TileRows} contain, which depends on how integers are added up: instructions without dot products multiply an unsigned byte by one with a sign, and add two such products in 16 bits. */
public enum TileForm {
    /** Codes, for dot products, or for weights of 4 bits, whose sums fit in 16 bits. */
    SIGNED,
    /** Codes, for weights whose sums fit in 16 bits only after their offset has been taken away. */
    SHORT_SUMS,
    /** Magnitudes of codes, and their signs, for weights that have signs themselves. */
    MAGNITUDES;

    /** The form for some weights. */
    public static TileForm of(VectorInstructions set, Packing packing) {
        return CodeValues.of(packing.codes(), set).form();
    }
}
