package io.baseload.engine.quant;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.tensor.PackedMatrix;

/**
 * Writes panels of 4-bit integers with nested scales and minimums, from any source. {@link AffineFit} computes each block's scale and minimum, which are rounded to their bytes. Codes are
 * chosen afterwards, the nearest with the rounded scale and minimum, so they compensate for the rounding.
 */
final class AffinePanels {
    private static final int MAX_CODE = 15;

    private AffinePanels() {}

    static void write(RowSource source, PackedMatrix packed, int panel) {
        int rows = Math.min(LANES, packed.rows() - panel * LANES);
        int size = packed.packing().block();
        float[][] x = new float[rows][packed.cols()];
        float[] scales = new float[packed.blocks() * LANES];
        float[] minimums = new float[packed.blocks() * LANES];
        for (int lane = 0; lane < rows; lane++) {
            source.read(panel * LANES + lane, x[lane], 0);
            for (int block = 0; block < packed.blocks(); block++) {
                AffineFit fit = AffineFit.of(x[lane], block * size, size, MAX_CODE);
                scales[block * LANES + lane] = fit.scale();
                minimums[block * LANES + lane] = fit.minimum();
            }
        }
        ScalePanels.write(packed, panel, rows, scales, minimums);
        byte[] codes = new byte[size];
        for (int block = 0; block < packed.blocks(); block++) {
            for (int lane = 0; lane < rows; lane++) {
                float scale = ScalePanels.scale(packed, panel, block, lane);
                float minimum = ScalePanels.minimum(packed, panel, block, lane);
                codes(x[lane], block * size, scale, minimum, codes);
                BlockPanels.nibbles(packed, packed.codes(panel, block), lane, codes, 0);
            }
        }
    }

    /** The nearest codes; if the scale was rounded to 0 or less, all are 0, so that the minimum remains. */
    private static void codes(float[] x, int at, float scale, float minimum, byte[] codes) {
        float factor = scale > 0 ? 1 / scale : 0;
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) Math.clamp(Math.round((x[at + i] - minimum) * factor), 0, MAX_CODE);
        }
    }
}
