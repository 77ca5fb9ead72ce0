package io.baseload.engine.platform;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Products of BF16 numbers by oneDNN with sums in F32: y[rows][64] = x[rows][depth] · wᵀ. For a single thread: it has its own memory for weights and sums. Used only on processors with tiles
 * for BF16 (AMX), which multiply several times as fast as vectors of F32.
 */
public final class Bf16Products {
    /** The outputs of a product. */
    public static final int WIDTH = 64;

    /** The number of columns of a product is a multiple of this. */
    public static final int STEP = 32;

    /** The number of rows of x in memory is a multiple of this, including unused ones. */
    public static final int ROWS = 16;

    /** The most rows of a product. */
    public static final int MAX_ROWS = 512;

    private static final long SUM_BYTES = 4L * WIDTH * MAX_ROWS;
    private static final int[] HEIGHTS = {MAX_ROWS, 256, 128, 64, 32, ROWS};
    private static final Optional<String> KIND = find();
    private static final Map<Size, OneDnn.Product> PRODUCTS = new ConcurrentHashMap<>();

    private record Size(int rows, int depth) {}

    /** Calls are {@code [depth / 32][height]}. */
    private final ProductMemory memory;

    /** @param depth the most columns */
    public Bf16Products(int depth) {
        memory = new ProductMemory(weightBytes(depth), SUM_BYTES, (depth / STEP + 1) * HEIGHTS.length);
    }

    private static long weightBytes(int depth) {
        return 2L * WIDTH * depth;
    }

    /** How this machine multiplies, described for people; empty if its processor has no tiles, or the library doesn't run here. */
    public static Optional<String> kind() {
        return KIND;
    }

    private static Optional<String> find() {
        if (!IntegerProducts.kind().map(IntegerProducts.Kind::packed).orElse(false)) {
            return Optional.empty();
        }
        try {
            String name = OneDnn.bf16Product(ROWS, WIDTH, WIDTH).name();
            return name.startsWith("brg") && name.contains("amx") ? Optional.of("oneDNN " + name) : Optional.empty();
        } catch (IllegalStateException none) {
            return Optional.empty();
        }
    }

    /** The memory for weights, in which the two columns from 2·k on of output n begin at 256·k + 4·n, and of the sums, F32 numbers {@code [rows][64]}. */
    public ProductMemory memory() {
        return memory;
    }

    /**
     * Multiplies some of the rows of x.
     *
     * @param at offset of the first of them in x; each has {@code depth} numbers
     * @param rows number of remaining rows
     * @return the number of rows that were multiplied
     */
    public int multiply(MemorySegment x, long at, int rows, int depth) {
        int height = height(rows);
        memory.multiply(call(height, depth), x, at, 2L * HEIGHTS[height] * depth);
        return Math.min(rows, HEIGHTS[height]);
    }

    /** The height of the largest product that these rows fill, with the unused ones after them. */
    private static int height(int rows) {
        int padded = Math.ceilDiv(rows, ROWS) * ROWS;
        int height = 0;
        while (HEIGHTS[height] > padded) {
            height++;
        }
        return height;
    }

    private int call(int height, int depth) {
        int i = depth / STEP * HEIGHTS.length + height;
        if (!memory.has(i)) {
            Size size = new Size(HEIGHTS[height], depth);
            memory.add(i, PRODUCTS.computeIfAbsent(size, s -> OneDnn.bf16Product(s.rows(), WIDTH, s.depth())));
        }
        return i;
    }
}
