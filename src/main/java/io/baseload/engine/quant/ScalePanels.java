package io.baseload.engine.quant;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static io.baseload.engine.tensor.PackedMatrix.NESTED_BLOCKS;

import io.baseload.engine.tensor.PackedMatrix;

/** The scales and minimums of a panel's blocks. */
final class ScalePanels {
    /** Size of the scale and the offset of nested scales in bytes. */
    private static final int NESTED_PAIR = 2 * Float.BYTES;

    private ScalePanels() {}

    /** The scale of one row in one block; a nested one is offset + scale · code, rounded once. */
    static float scale(PackedMatrix w, int panel, int block, int lane) {
        long at = w.scales(panel, block);
        return switch (w.packing().scales()) {
            case NONE -> 1;
            case F16, F16_MINIMUM -> Little.half(w.data(), at + 2L * lane);
            case F32, F32_MINIMUM -> Little.f32(w.data(), at + 4L * lane);
            case LINEAR8, LINEAR8_MINIMUM -> nested(w, w.nested(panel, block), (byte) Little.u8(w.data(), at + lane));
            case FLOAT8 -> nested(w, w.nested(panel, block), Float8.finite(Little.u8(w.data(), at + lane)));
        };
    }

    private static float nested(PackedMatrix w, long at, float code) {
        return Math.fma(code, Little.f32(w.data(), at), Little.f32(w.data(), at + 4));
    }

    /** The minimum of one row in one block, if there are minimums. */
    static float minimum(PackedMatrix w, int panel, int block, int lane) {
        long at = w.scales(panel, block);
        return switch (w.packing().scales()) {
            case F16_MINIMUM -> Little.half(w.data(), at + 2L * (LANES + lane));
            case F32_MINIMUM -> Little.f32(w.data(), at + 4L * (LANES + lane));
            case LINEAR8_MINIMUM -> {
                byte code = (byte) Little.u8(w.data(), at + LANES + lane);
                yield nested(w, w.nested(panel, block) + NESTED_PAIR, code);
            }
            default -> throw new IllegalArgumentException(w.packing() + " has no minimums");
        };
    }

    /**
     * Writes the scales of a panel.
     *
     * @param rows number of rows in the panel
     * @param scales {@code [block][lane]}
     * @param minimums likewise
     */
    static void write(PackedMatrix w, int panel, int rows, float[] scales, float[] minimums) {
        if (w.packing().scales().nested()) {
            for (int block = 0; block < w.blocks(); block += NESTED_BLOCKS) {
                writeNested(w, panel, block, rows, scales, 0);
                if (w.packing().scales().minimum()) {
                    writeNested(w, panel, block, rows, minimums, 1);
                }
            }
            return;
        }
        for (int block = 0; block < w.blocks(); block++) {
            long at = w.scales(panel, block);
            write(w, at, scales, block * LANES);
            if (w.packing().scales().minimum()) {
                write(w, at + w.packing().scales().bytes() * LANES / 2, minimums, block * LANES);
            }
        }
    }

    private static void write(PackedMatrix w, long to, float[] values, int at) {
        boolean half = w.packing().scales().bytes() == (w.packing().scales().minimum() ? 4 : 2);
        for (int lane = 0; lane < LANES; lane++) {
            if (half) {
                w.data().set(Little.SHORT, to + 2L * lane, Float.floatToFloat16(values[at + lane]));
            } else {
                w.data().set(Little.FLOAT, to + 4L * lane, values[at + lane]);
            }
        }
    }

    /**
     * Quantizes the scales of 16 blocks of 16 rows, or their minimums.
     *
     * @param part 0 for scales, 1 for minimums
     */
    private static void writeNested(PackedMatrix w, int panel, int first, int rows, float[] values, int part) {
        int end = Math.min(first + NESTED_BLOCKS, w.blocks());
        float[] group = new float[(end - first) * rows];
        for (int i = 0; i < group.length; i++) {
            group[i] = values[(first + i / rows) * LANES + i % rows];
        }
        NestedScales nested = NestedScales.of(w.packing().scales(), group);
        for (int i = 0; i < group.length; i++) {
            long at = w.scales(panel, first + i / rows) + (long) part * LANES + i % rows;
            w.data().set(Little.BYTE, at, nested.codes()[i]);
        }
        long at = w.nested(panel, first) + (long) part * NESTED_PAIR;
        w.data().set(Little.FLOAT, at, nested.scale());
        w.data().set(Little.FLOAT, at + 4, nested.offset());
    }
}
