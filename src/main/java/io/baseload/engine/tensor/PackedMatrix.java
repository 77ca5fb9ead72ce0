package io.baseload.engine.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix, {@code rows × cols} (outputs × inputs), in panels of 16 rows: lane = row, so that a vector of weights holds one column of 16 rows.
 *
 * <p>A panel contains its blocks one after the other, each with the codes and then the scales of 16 rows:
 *
 * <table>
 * <caption>A block</caption>
 * <tr><td>plain numbers</td><td>one column: 16 numbers</td></tr>
 * <tr><td>8-bit codes</td><td>for each column 16 bytes</td></tr>
 * <tr><td>4-bit codes</td><td>for each eight columns 16 ints, the first column in the lowest nibble</td></tr>
 * <tr><td>scales</td><td>16 scales, then 16 minimums if there are any</td></tr>
 * </table>
 *
 * <p>If scales are nested, the panel contains first, for each 16 blocks, an F32 scale and an F32 offset of the scales, and of the minimums; then for each 16 blocks their scale codes, 16 per
 * block and 16 more for minimums if there are any, followed by their codes. Each of these parts begins at a multiple of 64 bytes, and is read in the order of memory.
 *
 * <p>The last panel's contents for missing rows are undefined. Little-endian.
 */
public final class PackedMatrix {
    /** Rows of a panel, on every machine. */
    public static final int LANES = 16;

    /** Blocks of a panel that share the scale of their nested scales: 256 scales. */
    public static final int NESTED_BLOCKS = 16;

    private static final int LINE = 64;

    private final Packing packing;
    private final int rows;
    private final int cols;
    private final MemorySegment data;
    private final int blocks;
    private final boolean nested;
    private final int blockBytes;
    private final long panelBytes;

    public PackedMatrix(Packing packing, int rows, int cols, MemorySegment data) {
        if (data.byteSize() != bytes(packing, rows, cols) && data.byteSize() != 0) {
            throw new IllegalArgumentException(data.byteSize() + " bytes, expected " + bytes(packing, rows, cols));
        }
        this.packing = packing;
        this.rows = rows;
        this.cols = cols;
        this.data = data;
        blocks = cols / packing.block();
        nested = packing.scales().nested();
        blockBytes = packing.codeBytes() + (nested ? 0 : packing.scaleBytes());
        panelBytes = panelBytes(packing, blocks);
    }

    /** Memory for a matrix of this shape. */
    public static PackedMatrix allocate(NativeMemory memory, Packing packing, int rows, int cols) {
        return new PackedMatrix(packing, rows, cols, memory.allocate(bytes(packing, rows, cols)));
    }

    /** A matrix without data, for its shape. */
    public static PackedMatrix planned(Packing packing, int rows, int cols) {
        return new PackedMatrix(packing, rows, cols, MemorySegment.NULL);
    }

    /** Size of a matrix of this shape in bytes. */
    public static long bytes(Packing packing, int rows, int cols) {
        if (rows <= 0 || cols <= 0 || cols % packing.block() != 0) {
            throw new IllegalArgumentException(
                    "no matrix of " + rows + " × " + cols + " in blocks of " + packing.block());
        }
        return Math.multiplyExact(panels(rows), panelBytes(packing, cols / packing.block()));
    }

    private static long panelBytes(Packing packing, int blocks) {
        if (!packing.scales().nested()) {
            return (long) blocks * (packing.codeBytes() + packing.scaleBytes());
        }
        int last = blocks % NESTED_BLOCKS;
        return sharedBytes(packing, blocks)
                + blocks / NESTED_BLOCKS * groupBytes(packing, NESTED_BLOCKS)
                + groupBytes(packing, last);
    }

    /** Size of the beginning of a panel: the scale and the offset of each group's nested scales. */
    private static long sharedBytes(Packing packing, int blocks) {
        return lines(
                (long) Math.ceilDiv(blocks, NESTED_BLOCKS) * packing.scales().nestedBytes());
    }

    /** Size of a group of blocks with nested scales. */
    private static long groupBytes(Packing packing, int blocks) {
        return lines((long) blocks * packing.scaleBytes()) + lines((long) blocks * packing.codeBytes());
    }

    private static long lines(long bytes) {
        return Math.ceilDiv(bytes, LINE) * LINE;
    }

    /** Number of panels for this many rows. */
    public static int panels(int rows) {
        return Math.ceilDiv(rows, LANES);
    }

    public Packing packing() {
        return packing;
    }

    public int rows() {
        return rows;
    }

    public int cols() {
        return cols;
    }

    public MemorySegment data() {
        return data;
    }

    public int panels() {
        return panels(rows);
    }

    /** Number of blocks of a panel. */
    public int blocks() {
        return blocks;
    }

    /** Bytes from the codes of one block of a panel to those of the next; if scales are nested, only within {@link #NESTED_BLOCKS} blocks. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Bytes from one panel to the next. */
    public long panelBytes() {
        return panelBytes;
    }

    /** Offset of the codes of a block. */
    public long codes(int panel, int block) {
        if (!nested) {
            return panel * panelBytes + (long) block * blockBytes;
        }
        int first = block / NESTED_BLOCKS * NESTED_BLOCKS;
        long scales = (long) Math.min(NESTED_BLOCKS, blocks - first) * packing.scaleBytes();
        return group(panel, block) + lines(scales) + (long) (block - first) * blockBytes;
    }

    /** Offset of the scales of a block. */
    public long scales(int panel, int block) {
        if (!nested) {
            return codes(panel, block) + packing.codeBytes();
        }
        return group(panel, block) + (long) (block % NESTED_BLOCKS) * packing.scaleBytes();
    }

    /** Offset of the scale and the offset of a block's nested scales; those of its minimums follow. */
    public long nested(int panel, int block) {
        return panel * panelBytes
                + (long) (block / NESTED_BLOCKS) * packing.scales().nestedBytes();
    }

    /** Offset of the group of blocks that share the scale of their nested scales. */
    private long group(int panel, int block) {
        return panel * panelBytes
                + sharedBytes(packing, blocks)
                + block / NESTED_BLOCKS * groupBytes(packing, NESTED_BLOCKS);
    }
}
