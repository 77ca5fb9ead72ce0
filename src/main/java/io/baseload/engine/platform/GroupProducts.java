package io.baseload.engine.platform;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Products of 8-bit integers for some rows and several groups of columns in one call of oneDNN: y[g][row][64] = x[g][row][32] · w[g]ᵀ, x unsigned, w signed, sums in 32 bits and exact. For a
 * single thread: it has its own memory for weights and sums.
 *
 * <p>A call for each group would take longer than the product itself. Tiles (AMX) multiply 64 columns in the time of 32, so there two groups are multiplied together, and each row occurs twice:
 * with the columns of the first group and zeros, and with zeros and those of the second.
 */
public final class GroupProducts {
    /** Outputs of a product. */
    public static final int WIDTH = IntegerProducts.WIDTH;

    /** Columns of a group. */
    public static final int DEPTH = 32;

    /** Groups that are multiplied together. */
    public static final int PAIR =
            IntegerProducts.kind().filter(kind -> kind.name().contains("amx")).isPresent() ? 2 : 1;

    /** Bytes from a group's weights to the next one's: a product has room for 64 columns. */
    public static final int GROUP_BYTES = WIDTH * 2 * DEPTH / PAIR;

    /** The most groups of a call. */
    public static final int MAX_GROUPS = 32;

    /** The most rows. */
    public static final int MAX_ROWS = 16;

    /** A number of rows is padded to a multiple of this. */
    private static final int ROWS_STEP = 4;

    private static final boolean USABLE = find();
    private static final Map<Size, OneDnn.Product> PRODUCTS = new ConcurrentHashMap<>();

    private record Size(int pairs, int rows) {
        OneDnn.Product compile() {
            int twice = rows * PAIR;
            return OneDnn.products(pairs, twice, twice, WIDTH, PAIR * DEPTH, (long) twice * WIDTH, WIDTH);
        }
    }

    /** Calls are {@code [pairs][rows / 4]}. */
    private final ProductMemory memory = new ProductMemory(
            (long) MAX_GROUPS * GROUP_BYTES,
            4L * WIDTH * MAX_ROWS * MAX_GROUPS,
            (MAX_GROUPS / PAIR + 1) * (MAX_ROWS / ROWS_STEP + 1));

    /** Whether this machine has these products. */
    public static boolean usable() {
        return USABLE;
    }

    private static boolean find() {
        if (!IntegerProducts.kind().map(IntegerProducts.Kind::packed).orElse(false)) {
            return false;
        }
        try {
            return new Size(MAX_GROUPS / PAIR, MAX_ROWS).compile().name().startsWith("brg");
        } catch (IllegalStateException none) {
            return false;
        }
    }

    /** Rows that x has in memory, including unused ones. */
    public static int padded(int rows) {
        return Math.ceilDiv(rows, ROWS_STEP) * ROWS_STEP;
    }

    /** Bytes of a pair of groups of x. */
    public static int pairBytes(int rows) {
        return padded(rows) * PAIR * PAIR * DEPTH;
    }

    /** Offset of a row of a group in x: 32 bytes, those of the other group of the pair being zero. */
    public static long at(int group, int row, int rows) {
        long pair = (long) (group / PAIR) * pairBytes(rows);
        int half = group % PAIR;
        int inPair = (row * PAIR + half) * PAIR * DEPTH + half * DEPTH;
        return pair + inPair;
    }

    /** Index of a row of a group in the sums. */
    public static int sumAt(int group, int row, int rows) {
        return ((group / PAIR * padded(rows) + row) * PAIR + group % PAIR) * WIDTH;
    }

    /**
     * The memory for weights, as bytes, in which the four columns from 4·k on of output n of group g begin at {@link #GROUP_BYTES}·g + 256·k + 4·n, and of the sums, 32-bit integers, those of the row of a group
     * from {@link #sumAt} on.
     */
    public ProductMemory memory() {
        return memory;
    }

    /**
     * Multiplies all rows.
     *
     * @param x each row of a group at the offset {@link #at}
     * @param at offset of the first pair of groups in x
     * @param groups number of groups; of an odd number the last one's partner is computed too
     */
    public void multiply(MemorySegment x, long at, int groups, int rows) {
        int pairs = Math.ceilDiv(groups, PAIR);
        memory.multiply(call(pairs, rows), x, at, (long) pairs * pairBytes(rows));
    }

    private int call(int pairs, int rows) {
        int i = pairs * (MAX_ROWS / ROWS_STEP + 1) + Math.ceilDiv(rows, ROWS_STEP);
        if (!memory.has(i)) {
            Size size = new Size(pairs, padded(rows));
            memory.add(i, PRODUCTS.computeIfAbsent(size, Size::compile));
        }
        return i;
    }
}
