package io.baseload.engine.kernel.tiles;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;

/**
 * How a {@link TileCode} finds the weights of a panel.
 *
 * @param unpacked whether they have been unpacked to bytes ({@link UnpackedPanels})
 * @param codeBytes bytes of the codes of a block of 16 rows
 */
record PanelLayout(boolean unpacked, int codeBytes, Scales scales) {
    static PanelLayout packed(Packing packing) {
        return new PanelLayout(false, packing.codeBytes(), packing.scales());
    }

    static PanelLayout unpacked(Packing packing) {
        return new PanelLayout(true, unpackedCodes(packing), unpackedScales(packing));
    }

    /** Bytes of the codes of a block of 16 rows that has been unpacked. */
    static int unpackedCodes(Packing packing) {
        return PackedMatrix.LANES * packing.block();
    }

    /** Bytes of such a block, with its scales. Creates no object, because it is needed in each step. */
    static int unpackedBytes(Packing packing) {
        return unpackedCodes(packing)
                + PackedMatrix.LANES * unpackedScales(packing).bytes();
    }

    private static Scales unpackedScales(Packing packing) {
        return packing.scales().minimum() ? Scales.F32_MINIMUM : Scales.F32;
    }

    /** Bytes of the scales of a block of 16 rows. */
    int scaleBytes() {
        return PackedMatrix.LANES * scales.bytes();
    }
}
