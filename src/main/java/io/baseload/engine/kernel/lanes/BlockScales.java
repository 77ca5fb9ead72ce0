package io.baseload.engine.kernel.lanes;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Scales;
import java.lang.foreign.MemorySegment;

/**
 * Where a kernel finds the scales of some blocks of some panels: 16 numbers for the rows of a panel, then 16 minimums where there are any. Either they stand in the panels themselves, or
 * {@link ScaleVectors} converted them to F32 in a room of their own.
 */
public final class BlockScales {
    private final MemorySegment room;
    private MemorySegment data;
    private boolean half;
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

    /** Those that stand in the panels, from a panel and a block on. */
    public void in(PackedMatrix w, int panel, int block) {
        data = w.data();
        half = w.packing().scales() == Scales.F16 || w.packing().scales() == Scales.F16_MINIMUM;
        at = w.scales(panel, block);
        panelStep = w.panelBytes();
        blockStep = w.blockBytes();
    }

    /** Those of so many blocks of each panel, converted to F32. */
    public void converted(PackedMatrix w, int panel, int panels, int block, int blocks) {
        data = room;
        half = false;
        at = 0;
        Scales scales = w.packing().scales();
        blockStep = (long) (scales.minimum() ? 2 : 1) * PackedMatrix.LANES * Float.BYTES;
        panelStep = blocks * blockStep;
        for (int i = 0; i < panels; i++) {
            ScaleVectors.convert(w, panel + i, block, blocks, room, i * panelStep);
        }
    }

    /** Whose bytes they are. */
    public MemorySegment data() {
        return data;
    }

    /** Whether they are F16. */
    public boolean half() {
        return half;
    }

    /** Where those of the first block of the first panel begin. */
    public long at() {
        return at;
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
