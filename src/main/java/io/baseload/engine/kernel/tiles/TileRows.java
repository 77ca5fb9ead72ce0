package io.baseload.engine.kernel.tiles;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * Rows of activations in 8 bits, as {@link TileKernel} reads them: x ≈ step · q in groups of 32 columns, or of 16 for weights in blocks of 16.
 *
 * <p>Some rows make a tile. For each group a tile contains the codes of its rows, a byte for each column, and then 20 bytes for each row: an int for sums of integers, as floats step, step · Σ q and {@link #START} · step, and another int.
 * Of each eight columns the even ones come first, in the order in which 4-bit codes are extracted from their ints. The ints depend on the {@link TileForm}:
 *
 * <p><b>{@link TileForm#SIGNED}</b>: {@link #START_BITS} − 8·Σ q and {@link #START_BITS} − 128·Σ q. A sum begins with one of them, and so without the offset of weights that stand for −8 … 7 or −128 … 127.
 *
 * <p><b>{@link TileForm#SHORT_SUMS}</b> and <b>{@link TileForm#LIMITED}</b>: the first one is two integers of 16 bits, −76·Σ q of columns 0 … 3 of each eight and of columns 4 … 7, whose products are added up apart.
 *
 * <p><b>{@link TileForm#MAGNITUDES}</b>: codes are stored as magnitudes |q|, which are followed by their signs s, bytes −1 where q is negative and otherwise 0. With w, the weights, w XOR s is w or −w − 1, and so
 *
 * <pre>
 * Σ |q| · (w XOR s)  =  Σ q · w  −  Σ |q| of negative q
 * </pre>
 *
 * The first int is START_BITS and the last sum.
 */
public final class TileRows {
    /** The most columns of a group. */
    public static final int MAX_GROUP = 32;

    /** The fewest. */
    public static final int MIN_GROUP = 16;

    /** The most rows of a tile. */
    public static final int MAX_ROWS = 12;

    /** Bytes of a row's numbers for a group. */
    static final int NUMBERS = 20;

    static final int STEP = 4;
    static final int SUM = 8;
    static final int STARTED = 12;
    static final int START_OF_BYTES = 16;

    /**
     * A float whose last bit stands for one. Integers up to 2^22 can be added to its bits, and the result, read as a float, is this number and their sum. So (START + sum) · step − START · step, in one
     * instruction with one rounding, is step · sum: a multiplication that includes the conversion. It is exact because {@link #step steps} have 22 significant bits at most, and START two.
     */
    static final float START = 0x1.8p23f;

    static final int START_BITS = Float.floatToRawIntBits(START);

    private final MemorySegment memory;
    private int height;
    private int groups;
    private int columns = MAX_GROUP;
    private TileForm form = TileForm.SIGNED;

    /** @param memory at least {@link #bytes} of the rows and columns that are written to it */
    public TileRows(MemorySegment memory) {
        this.memory = memory;
    }

    /** The memory for some rows, whatever their groups and form. */
    public static long bytes(int rows, int cols) {
        long tiles = Math.ceilDiv(rows, MAX_ROWS);
        return tiles * MAX_ROWS * (cols / MIN_GROUP) * groupBytes(MIN_GROUP, TileForm.MAGNITUDES);
    }

    /**
     * Sets the rows that are written next.
     *
     * @param height rows of a tile: {@link #MAX_ROWS}, or fewer if there are no more
     * @param columns of a group
     */
    public void start(int height, int cols, int columns, TileForm form) {
        this.height = height;
        this.columns = columns;
        this.groups = cols / columns;
        this.form = form;
    }

    public TileForm form() {
        return form;
    }

    /** Columns of a group. */
    public int columns() {
        return columns;
    }

    /** Columns of a row. */
    public int cols() {
        return groups * columns;
    }

    /** Rows of a tile. */
    public int height() {
        return height;
    }

    public MemorySegment memory() {
        return memory;
    }

    /** Bytes from a group of a tile to the next one. */
    public long stride() {
        return (long) height * groupBytes(columns, form);
    }

    /** Bytes of a row's group: its codes and numbers. */
    public static int groupBytes(int columns, TileForm form) {
        return codeBytes(columns, form) + NUMBERS;
    }

    private static int codeBytes(int columns, TileForm form) {
        return form == TileForm.MAGNITUDES ? 2 * columns : columns;
    }

    /** Bytes of a row's codes for a group. */
    private int codeBytes() {
        return codeBytes(columns, form);
    }

    /** Offset of a row's codes for a group, or of their magnitudes. */
    public long codes(int row, int group) {
        return record(row, group) + (long) (row % height) * codeBytes();
    }

    /** Offset of its numbers. */
    public long numbers(int row, int group) {
        return record(row, group) + (long) height * codeBytes() + (long) (row % height) * NUMBERS;
    }

    private long record(int row, int group) {
        return (row / height * (long) groups + group) * stride();
    }

    /**
     * The step of a group whose largest |x| is {@code max}: a 127th of it, without the last two bits.
     *
     * @param max below 10^33; so numbers must be below 10^32, because {@link #limiting} makes it up to five times as large
     */
    public static float step(float max) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(max / 127) & -4);
    }

    /**
     * The factor by which the largest |x| of a group counts as larger than it is, so that magnitudes of codes aren't too large for {@link TileForm#LIMITED}; 1 if they aren't.
     *
     * @param half the magnitudes' sum, without the factor, of columns 0 … 3 of each eight or of columns 4 … 7, whichever is larger
     * @param pair the largest sum of magnitudes of two columns whose products one instruction adds
     * @param columns of the group
     */
    public static float limiting(int half, int pair, int columns) {
        if (half <= TileForm.MAX_HALF && pair <= TileForm.MAX_PAIR) {
            return 1;
        }
        // a number may be rounded up by half, in this quantization and in the next one
        int rounding = columns / 4;
        return Math.max(
                (half + rounding) / (float) (TileForm.MAX_HALF - rounding), (pair + 1) / (TileForm.MAX_PAIR - 1f));
    }

    /**
     * Sets the numbers of a group.
     *
     * @param sum of its codes
     * @param part for sums of 16 bits the sum of the codes of columns 0 … 3 of each eight, for {@link TileForm#MAGNITUDES} that of the magnitudes of negative codes; not needed otherwise
     * @param step as computed by {@link #step}
     */
    public void numbers(int row, int group, int sum, int part, float step) {
        long at = numbers(row, group);
        memory.set(JAVA_INT, at, start(sum, part));
        memory.set(JAVA_FLOAT, at + STEP, step);
        memory.set(JAVA_FLOAT, at + SUM, step * sum);
        memory.set(JAVA_FLOAT, at + STARTED, START * step);
        memory.set(JAVA_INT, at + START_OF_BYTES, START_BITS - sum * CodeValues.SIGNED_OFFSET);
    }

    private int start(int sum, int part) {
        return switch (form) {
            case SIGNED -> START_BITS - sum * CodeValues.NIBBLE_OFFSET;
            case SHORT_SUMS, LIMITED -> {
                int first = -part * CodeValues.REACH;
                int last = (part - sum) * CodeValues.REACH;
                yield (last << Short.SIZE) | (first & 0xFFFF);
            }
            case MAGNITUDES -> START_BITS + part;
        };
    }
}
