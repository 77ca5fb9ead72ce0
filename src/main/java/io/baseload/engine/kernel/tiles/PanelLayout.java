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
        boolean minimum = packing.scales().minimum();
        return new PanelLayout(true, PackedMatrix.LANES * packing.block(), minimum ? Scales.F32_MINIMUM : Scales.F32);
    }

    /** Bytes of the scales of a block of 16 rows. */
    int scaleBytes() {
        return PackedMatrix.LANES * scales.bytes();
    }
}
