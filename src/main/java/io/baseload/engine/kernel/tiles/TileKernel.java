package io.baseload.engine.kernel.tiles;

import io.baseload.engine.platform.MachineCode;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Products of weights of 4 or 8 bits and some {@link TileRows} in machine code.
 *
 * <p><b>Why machine code.</b> The instructions that multiply bytes, and without which such weights can't be multiplied at the rate of the processor, aren't among those that the Vector API generates: VPMADDUBSW
 * (AVX2), which makes 32 products where the Vector API's widest multiplication of that machine makes 16, and VPDPBUSD (VNNI), which makes 64 and also adds them up. In addition sums stay in registers, and loads have
 * no bounds to check. {@link TileCode} writes these kernels; it is the only place that depends on the processor's instructions.
 *
 * <p><b>The results</b> equal those of {@code ScalarInt8}, bit for bit: an exact sum of integers for each group of 32 or 16 columns, and one product and one fused multiply-add for each group and output.
 * So the result doesn't depend on the number of rows; on the instructions it depends only where these determine the integers: those of tables ({@link CodeValues}), and those of activations in {@link TileForm#LIMITED}.
 * Numbers in rows must be below 10^32 ({@link TileRows#step}).
 *
 * <p><b>No exceptions.</b> A wrong address ends the process. So all parameters are computed here, from matrices and rows whose sizes are checked.
 */
public final class TileKernel {
    private record Variant(VectorInstructions set, Packing packing, boolean unpacked, int rows) {}

    private static final Map<Variant, TileKernel> KERNELS = new ConcurrentHashMap<>();

    private final MachineCode code;
    private final boolean unpacked;
    private final int rows;

    private TileKernel(Variant variant) {
        PanelLayout layout =
                variant.unpacked ? PanelLayout.unpacked(variant.packing) : PanelLayout.packed(variant.packing);
        code = MachineCode.of(new TileCode(variant.set, variant.packing, layout, variant.rows).write());
        unpacked = variant.unpacked;
        rows = variant.rows;
    }

    /** Whether there are kernels for these weights: for all of 4 or 8 bits whose blocks consist of groups. */
    public static boolean takes(Packing packing) {
        return packing.codes().coded() && packing.block() % group(packing) == 0 && group(packing) >= TileRows.MIN_GROUP;
    }

    /** Columns of a group of activations for these weights. */
    public static int group(Packing packing) {
        return Math.min(packing.block(), TileRows.MAX_GROUP);
    }

    /** The most rows that a kernel multiplies at once. With 16 registers six rows fill all but two for weights and two for products. */
    public static int maxRows(VectorInstructions set, TileForm form) {
        if (set.bits() == 512) {
            return 12;
        }
        return set.dotProducts() || form == TileForm.MAGNITUDES ? 4 : 6;
    }

    /** The rows of the tiles of some rows that are multiplied once: as few tiles as possible, of about the same number of rows. */
    public static int height(int rows, VectorInstructions set, TileForm form) {
        return Math.ceilDiv(rows, Math.ceilDiv(rows, maxRows(set, form)));
    }

    /** The numbers of a table's codes as integers. */
    public static IntegerTable integers(VectorInstructions set, Packing packing) {
        return CodeValues.integers(packing.codes(), set);
    }

    /**
     * The kernel for a number of rows.
     *
     * @param unpacked whether for {@link UnpackedPanels}
     */
    public static TileKernel of(VectorInstructions set, Packing packing, boolean unpacked, int rows) {
        return KERNELS.computeIfAbsent(new Variant(set, packing, unpacked, rows), TileKernel::new);
    }

    /**
     * Multiplies panels by rows of a tile, {@code first … first + rows} of x; results are written {@link TileParameters#writeTo where the parameters say}.
     *
     * @param panels at most {@link TileParameters#MAX_PANELS}
     */
    public void multiply(PackedMatrix w, int panel, int panels, TileRows x, int first, TileParameters parameters) {
        checkUnpacked(false);
        parameters.set(w, panel, panels, x, first, rows);
        code.call(parameters.address(), parameters.output());
    }

    /** Multiplies unpacked panels in the same way. */
    public void multiply(UnpackedPanels w, TileRows x, int first, TileParameters parameters) {
        checkUnpacked(true);
        parameters.set(w, x, first, rows);
        code.call(parameters.address(), parameters.output());
    }

    private void checkUnpacked(boolean expected) {
        if (unpacked != expected) {
            throw new IllegalArgumentException(
                    "a kernel for panels that are " + (unpacked ? "unpacked" : "not unpacked"));
        }
    }
}
