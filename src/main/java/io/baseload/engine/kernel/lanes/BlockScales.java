package io.baseload.engine.kernel.lanes;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Scales;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where a kernel finds the scales of some blocks of some panels: 16 numbers for the rows of a panel, then 16 minimums where there are any. Either they stand in the panels themselves, or
 * {@link ScaleVectors} converted them to F32 in a room of their own.
 */
public final class BlockScales {
    /** Panels that are read side by side, at most. */
    private static final int PANELS = 8;

    /** A scale and an offset of scales, and of minimums. */
    private static final int SHARED = 4;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment room;
    private final float[] nested = new float[PANELS * SHARED];
    private MemorySegment data;
    private Scales kind = Scales.F32;
    private long at;
    private long panelStep;
    private long blockStep;

    /**
     * Scales that stand nowhere yet.
     *
     * @param room outside the heap, for those of all blocks of eight panels
     */
    public BlockScales(MemorySegment room) {
        this.room = room;
        this.data = room;
    }

    /** Those that stand in some panels, from a block on; nested ones as far as they share a scale, which is copied. */
    public void in(PackedMatrix w, int panel, int panels, int block) {
        data = w.data();
        kind = w.packing().scales();
        at = w.scales(panel, block);
        panelStep = w.panelBytes();
        blockStep = w.scales(panel, 1) - w.scales(panel, 0);
        for (int i = 0; i < panels && kind.nested(); i++) {
            shared(w.data(), w.nested(panel + i, block), SHARED * i);
        }
    }

    private void shared(MemorySegment w, long from, int to) {
        for (int i = 0; i < kind.nestedBytes() / Float.BYTES; i++) {
            nested[to + i] = w.get(FLOAT, from + (long) i * Float.BYTES);
        }
    }

    /** Those of so many blocks of each panel, converted to F32. */
    public void converted(PackedMatrix w, int panel, int panels, int block, int blocks) {
        data = room;
        kind = w.packing().scales().minimum() ? Scales.F32_MINIMUM : Scales.F32;
        at = 0;
        blockStep = (long) (kind.minimum() ? 2 : 1) * PackedMatrix.LANES * Float.BYTES;
        panelStep = blocks * blockStep;
        for (int i = 0; i < panels; i++) {
            ScaleVectors.convert(w, panel + i, block, blocks, room, i * panelStep);
        }
    }

    /** Whose bytes they are. */
    public MemorySegment data() {
        return data;
    }

    /** How they are stored: as in the matrix, or converted to F32. */
    public Scales kind() {
        return kind;
    }

    /** Where those of the first block of the first panel begin. */
    public long at() {
        return at;
    }

    /**
     * For each of eight panels four numbers: the scale and the offset of their nested scales, then those of their minimums.
     */
    public float[] nested() {
        return nested;
    }

    /** Bytes to those of the next panel. */
    public long panelStep() {
        return panelStep;
    }

    /** Bytes to those of the next block. */
    public long blockStep() {
        return blockStep;
    }
}
