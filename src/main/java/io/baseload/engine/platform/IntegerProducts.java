package io.baseload.engine.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Products of 8-bit integers by oneDNN: y[rows][width] = x[rows][depth] · wᵀ, x unsigned, w signed, sums in 32 bits and exact. For a single thread: it has its own memory for weights and
 * sums.
 *
 * <p>On processors that multiply bytes into 32-bit sums (VNNI, AMX), weights are in the order in which these instructions read them, and products are compiled once for each size. On others
 * oneDNN adds pairs of products in 16 bits, which is exact only for weights of 7 bits; there the general function is called.
 */
public final class IntegerProducts {
    /** The most outputs of a product. */
    public static final int WIDTH = 64;

    /** The number of columns of a product is a multiple of this. */
    public static final int STEP = 64;

    /** The most columns of a product. */
    public static final int DEPTH = 256;

    /** The number of rows of x in memory is a multiple of this, including unused ones. */
    public static final int ROWS = 16;

    /** The most rows of a product. */
    public static final int MAX_ROWS = 512;

    private static final Logger LOG = System.getLogger(IntegerProducts.class.getName());
    private static final Optional<Kind> KIND = find();
    private static final Map<Size, OneDnn.Product> PRODUCTS = new ConcurrentHashMap<>();
    private static final int[] HEIGHTS = {MAX_ROWS, 256, 64, ROWS};

    /**
     * How this machine multiplies.
     *
     * @param name description for people
     * @param packed whether weights are in the packed form
     * @param weightLimit the largest weight whose products are exact
     */
    public record Kind(String name, boolean packed, int weightLimit) {}

    private record Size(int rows, int width, int depth) {}

    private final Kind kind;

    /** Calls are {@code [height][width / 16][depth / 64]}. */
    private final ProductMemory memory =
            new ProductMemory(WIDTH * DEPTH, 4L * WIDTH * MAX_ROWS, HEIGHTS.length * 5 * 5);

    public IntegerProducts() {
        kind = kind().orElseThrow();
    }

    /** The kind of this machine; empty if the library isn't on the class path or doesn't run here. */
    public static Optional<Kind> kind() {
        return KIND;
    }

    private static Optional<Kind> find() {
        boolean here = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        if (!here || !BundledLibraries.present(OneDnn.FOLDER + "/libdnnl.so.3")) {
            return Optional.empty();
        }
        try {
            OneDnn.useOneThread();
            return Optional.of(packedKind().orElse(new Kind("oneDNN gemm", false, 63)));
        } catch (LinkageError | RuntimeException unusable) {
            LOG.log(Level.WARNING, "oneDNN can''t be used here, so prompts are computed in F32: {0}", cause(unusable));
            LOG.log(Level.DEBUG, "oneDNN", unusable);
            return Optional.empty();
        }
    }

    private static String cause(Throwable thrown) {
        Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
        return String.valueOf(cause.getMessage());
    }

    private static Optional<Kind> packedKind() {
        try {
            String name = OneDnn.product(ROWS, WIDTH, DEPTH).name();
            boolean wide = name.contains("vnni") || name.contains("amx") || name.contains("avx10");
            return name.startsWith("brg") && wide
                    ? Optional.of(new Kind("oneDNN " + name, true, 127))
                    : Optional.empty();
        } catch (IllegalStateException none) {
            return Optional.empty();
        }
    }

    /**
     * The memory for weights, as bytes, and of the sums, 32-bit integers {@code [rows][width]}. In the packed form, the four columns from 4·k on of output n begin at 256·k + 4·n in the memory for
     * weights; otherwise column k of output n is at n · depth + k.
     */
    public ProductMemory memory() {
        return memory;
    }

    /**
     * Multiplies some of the rows of x.
     *
     * @param at offset of the first of them in x; each has {@code depth} bytes
     * @param rows number of remaining rows
     * @return the number of rows that were multiplied
     */
    public int multiply(MemorySegment x, long at, int rows, int width, int depth) {
        if (!kind.packed()) {
            return multiplyPlain(x, at, Math.min(rows, MAX_ROWS), width, depth);
        }
        int height = height(rows);
        memory.multiply(call(height, width, depth), x, at, (long) HEIGHTS[height] * depth);
        return Math.min(rows, HEIGHTS[height]);
    }

    private int multiplyPlain(MemorySegment x, long at, int rows, int width, int depth) {
        Objects.checkFromIndexSize(at, (long) rows * depth, x.byteSize());
        try {
            OneDnn.gemm(x.address() + at, rows, memory.weights(), width, depth, memory.sums());
        } finally {
            Reference.reachabilityFence(x);
        }
        return rows;
    }

    /** The height of the largest product that is filled by {@code rows} rows; at least the smallest height. */
    private static int height(int rows) {
        int height = 0;
        while (height < HEIGHTS.length - 1 && HEIGHTS[height] > rows) {
            height++;
        }
        return height;
    }

    private int call(int height, int width, int depth) {
        int i = (height * 5 + width / 16) * 5 + depth / STEP;
        if (!memory.has(i)) {
            Size size = new Size(HEIGHTS[height], width, depth);
            memory.add(i, PRODUCTS.computeIfAbsent(size, s -> OneDnn.product(s.rows(), s.width(), s.depth())));
        }
        return i;
    }
}
