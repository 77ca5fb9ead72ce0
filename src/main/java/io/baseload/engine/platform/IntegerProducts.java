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
 * Products of 8-bit integers by oneDNN for some rows and several groups of 64 columns: y[g][row][width] = x[g][row][64] · w[g]ᵀ, x unsigned, w signed, sums in 32 bits and exact. For a single
 * thread: it has its own memory for weights and sums.
 *
 * <p>On processors that multiply bytes into 32-bit sums (VNNI, AMX), weights are in the order in which these instructions read them, products are compiled once for each size, and one call
 * multiplies all groups, because with few rows a call takes longer than the product of a group. On others oneDNN adds pairs of products in 16 bits, which is exact only for weights of 7 bits;
 * there the general function is called for each group.
 */
public final class IntegerProducts {
    /** The most outputs of a product. */
    public static final int WIDTH = 64;

    /** Columns of a group. */
    public static final int DEPTH = 64;

    /** The most groups. */
    public static final int MAX_GROUPS = 8;

    /** The most rows, and the number of rows in x from a group's first to the next group's. */
    public static final int MAX_ROWS = 64;

    /** Rows that x has in memory beyond the last one, because products of fewer rows are computed for this many. */
    public static final int MIN_ROWS = 16;

    /** Numbers from the sums of a row to those of the next one: its groups follow each other. */
    public static final int ROW_SUMS = MAX_GROUPS * WIDTH;

    /** Bytes of a group of weights. */
    public static final int GROUP_BYTES = WIDTH * DEPTH;

    private static final Logger LOG = System.getLogger(IntegerProducts.class.getName());
    private static final Optional<Kind> KIND = find();
    private static final Map<Size, OneDnn.Product> PRODUCTS = new ConcurrentHashMap<>();

    /**
     * How this machine multiplies.
     *
     * @param name description for people
     * @param packed whether weights are in the packed form
     * @param weightLimit the largest weight whose products are exact
     */
    public record Kind(String name, boolean packed, int weightLimit) {}

    private record Size(int groups, int rows, int width) {
        OneDnn.Product compile() {
            return OneDnn.products(groups, rows, MAX_ROWS, width, DEPTH, WIDTH, ROW_SUMS);
        }
    }

    private final Kind kind;

    /** Calls are {@code [groups][rows / 16][width / 16]}. */
    private final ProductMemory memory = new ProductMemory(
            MAX_GROUPS * GROUP_BYTES, (long) Integer.BYTES * MAX_ROWS * ROW_SUMS, (MAX_GROUPS + 1) * 5 * 5);

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
        if (!here) {
            return Optional.empty();
        }
        if (!BundledLibraries.present(OneDnn.FOLDER + "/libdnnl.so.3")) {
            LOG.log(
                    Level.INFO,
                    "oneDNN (org.bytedeco:dnnl, classifier linux-x86_64) is not on the class path, so prompts are"
                            + " multiplied without it");
            return Optional.empty();
        }
        try {
            OneDnn.useOneThread();
            return Optional.of(packedKind().orElse(new Kind("oneDNN gemm", false, 63)));
        } catch (LinkageError | RuntimeException unusable) {
            LOG.log(
                    Level.WARNING,
                    "oneDNN can''t be used here, so prompts are multiplied without it: {0}",
                    cause(unusable));
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
            String name = new Size(MAX_GROUPS, MAX_ROWS, WIDTH).compile().name();
            boolean wide = name.contains("vnni") || name.contains("amx") || name.contains("avx10");
            return name.startsWith("brg") && wide
                    ? Optional.of(new Kind("oneDNN " + name, true, 127))
                    : Optional.empty();
        } catch (IllegalStateException none) {
            return Optional.empty();
        }
    }

    /**
     * The memory for weights, as bytes, and of the sums, 32-bit integers {@code [row][group][64]}. Each group of weights begins at a multiple of
     * {@link #GROUP_BYTES}. In the packed form, the four columns from 4·k on of its output n begin at 256·k + 4·n; otherwise column k of output n is at 64·k + n.
     */
    public ProductMemory memory() {
        return memory;
    }

    /** Number of rows that are multiplied together if {@code rows} are left: the most that they fill, or the fewest that there are. */
    public int height(int rows) {
        if (!kind.packed()) {
            return Math.min(rows, MAX_ROWS);
        }
        return Math.clamp(Integer.highestOneBit(rows), MIN_ROWS, MAX_ROWS);
    }

    /**
     * Multiplies some rows of x.
     *
     * @param at offset of the first row of the first group in x; each has 64 bytes, and the next group begins {@link #MAX_ROWS} rows later
     * @param height number of rows, as told by {@link #height}
     */
    public void multiply(MemorySegment x, long at, int height, int width, int groups) {
        if (kind.packed()) {
            long rows = (groups - 1L) * MAX_ROWS + height;
            memory.multiply(call(groups, height, width), x, at, rows * DEPTH);
        } else {
            multiplyPlain(x, at, height, width, groups);
        }
    }

    private void multiplyPlain(MemorySegment x, long at, int rows, int width, int groups) {
        Objects.checkFromIndexSize(at, ((groups - 1L) * MAX_ROWS + rows) * DEPTH, x.byteSize());
        long from = x.address() + at;
        long w = memory.weights().address();
        long y = memory.sums().address();
        try {
            for (int g = 0; g < groups; g++) {
                OneDnn.gemm(from, rows, w, width, DEPTH, WIDTH, y, ROW_SUMS);
                from += MAX_ROWS * DEPTH;
                w += GROUP_BYTES;
                y += (long) Integer.BYTES * WIDTH;
            }
        } finally {
            Reference.reachabilityFence(x);
        }
    }

    private int call(int groups, int rows, int width) {
        int i = (groups * 5 + rows / 16) * 5 + width / 16;
        if (!memory.has(i)) {
            memory.add(i, PRODUCTS.computeIfAbsent(new Size(groups, rows, width), Size::compile));
        }
        return i;
    }
}
