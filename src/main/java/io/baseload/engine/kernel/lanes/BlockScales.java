package io.baseload.engine.kernel.lanes;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Scales;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The place of the scales of some blocks of some panels: 16 numbers for the rows of a panel, then 16 minimums if there are any. They are either in the panels themselves, or converted to F32
 * by {@link ScaleVectors} in separate memory.
 */
public final class BlockScales {
    /** The most panels that are read side by side. */
    private static final int MAX_PANELS = 8;

    /** Shared numbers of a panel: a scale and an offset of scales, and of minimums. */
    private static final int SHARED = 4;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment room;
    private final float[] nested = new float[MAX_PANELS * SHARED];
    private MemorySegment data;
    private Scales kind = Scales.F32;
    private long at;
    private long panelStep;
    private long blockStep;

    /**
     * Creates an object without scales.
     *
     * @param room memory outside the heap for converted scales of all blocks of eight panels
     */
    public BlockScales(MemorySegment room) {
        this.room = room;
        this.data = room;
    }

    /** Points to the scales in some panels, from a block on. The shared scales and offsets of nested ones are copied, so the blocks must share them. */
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

    /** Converts the scales of some blocks of each panel to F32, and points to the result. */
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

    /** The segment that contains them. */
    public MemorySegment data() {
        return data;
    }

    /** Their format: that of the matrix, or F32 if they were converted. */
    public Scales kind() {
        return kind;
    }

    /** Offset of those of the first block of the first panel. */
    public long at() {
        return at;
    }

    /**
     * Four numbers for each of eight panels: the scale and the offset of the nested scales, then those of the minimums.
     */
    public float[] nested() {
        return nested;
    }

    /** Distance to those of the next panel in bytes. */
    public long panelStep() {
        return panelStep;
    }

    /** Distance to those of the next block in bytes. */
    public long blockStep() {
        return blockStep;
    }
}
