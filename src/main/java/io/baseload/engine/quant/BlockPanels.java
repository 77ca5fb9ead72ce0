package io.baseload.engine.quant;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/** Writes panels of codes and scales: each block of a row is decoded, its codes are written to the row's lane, and the scales of 16 rows are written together. */
final class BlockPanels {
    private final PackedMatrix packed;
    private final RowSource source;
    private final BlockFormat format;
    private final UnpackedBlock block = new UnpackedBlock();

    /** {@code [block][lane]} of one panel. */
    private final float[] scales;

    private final float[] minimums;

    private BlockPanels(PackedMatrix packed, RowSource source, BlockFormat format) {
        this.packed = packed;
        this.source = source;
        this.format = format;
        scales = new float[packed.blocks() * LANES];
        minimums = new float[packed.blocks() * LANES];
    }

    /**
     * A function that writes one panel.
     *
     * @throws IllegalArgumentException if these panels can't contain this source, and no source can be converted to their format
     */
    static IntConsumer writer(RowSource source, PackedMatrix packed) {
        RowSource rows = holds(packed.packing(), source.type()) ? source : QuantizedRows.of(source, packed.packing());
        BlockFormat format = BlockFormat.of(rows.type());
        return panel -> new BlockPanels(packed, rows, format).write(panel);
    }

    /** Whether these panels contain the codes of this type unchanged. */
    static boolean holds(Packing to, ElementType type) {
        if (!BlockFormat.exists(type)) {
            return false;
        }
        Packing from = BlockFormat.of(type).packing();
        boolean scalesFit = from.scales() == to.scales()
                || to.scales().nested() && !from.scales().minimum();
        return from.codes() == to.codes() && from.block() == to.block() && scalesFit;
    }

    private void write(int panel) {
        int rows = Math.min(LANES, packed.rows() - panel * LANES);
        for (int lane = 0; lane < rows; lane++) {
            row(panel, lane, source.row(panel * LANES + lane));
        }
        ScalePanels.write(packed, panel, rows, scales, minimums);
    }

    private void row(int panel, int lane, MemorySegment row) {
        int groups = source.type().blockSize() / packed.packing().block();
        long at = 0;
        for (int to = 0; to < packed.blocks(); to += groups) {
            format.reader().read(row, at, block);
            for (int group = 0; group < groups; group++) {
                codes(
                        packed.codes(panel, to + group),
                        lane,
                        group * packed.packing().block());
                scales[(to + group) * LANES + lane] = block.scales[group];
                minimums[(to + group) * LANES + lane] = block.minimums[group];
            }
            at += source.type().blockBytes();
        }
    }

    private void codes(long to, int lane, int from) {
        int columns = packed.packing().block();
        if (packed.packing().codes().bits() == Byte.SIZE) {
            for (int i = 0; i < columns; i++) {
                packed.data().set(Little.BYTE, to + (long) i * LANES + lane, block.codes[from + i]);
            }
            return;
        }
        nibbles(packed, to, lane, block.codes, from);
    }

    /** Packs the 4-bit codes of one row of one block. */
    static void nibbles(PackedMatrix packed, long to, int lane, byte[] codes, int from) {
        for (int i = 0; i < packed.packing().block(); i += 8) {
            int eight = 0;
            for (int j = 7; j >= 0; j--) {
                eight = eight << 4 | codes[from + i + j];
            }
            packed.data().set(Little.INT, to + (i / 8 * LANES + lane) * 4L, eight);
        }
    }
}
