package io.baseload.engine.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Products of BF16 numbers by oneDNN with sums in F32: y[rows][64] = x[rows][depth] · wᵀ. For a single thread: it has its own memory for weights and sums. Used only on processors with tiles
 * for BF16 (AMX), which multiply several times as fast as vectors of F32.
 */
public final class Bf16Products {
    /** The outputs of a product. */
    public static final int WIDTH = 64;

    /** The number of columns of a product is a multiple of this. */
    public static final int STEP = 32;

    /** The number of rows of a product is a multiple of this; x has memory for those that are missing. */
    public static final int ROWS = 16;

    /** The most rows of a product. */
    public static final int MAX_ROWS = 512;

    private static final Logger LOG = System.getLogger(Bf16Products.class.getName());
    private static final long SUM_BYTES = 4L * WIDTH * MAX_ROWS;
    private static final int[] HEIGHTS = {MAX_ROWS, 256, 128, 64, 32, ROWS};
    private static final Optional<String> KIND = find();
    private static final Map<Size, OneDnn.Product> PRODUCTS = new ConcurrentHashMap<>();

    private record Size(int rows, int depth) {
        OneDnn.Product compile() {
            return OneDnn.product(rows, WIDTH, depth);
        }
    }

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment weights;
    private final MemorySegment sums = arena.allocate(SUM_BYTES, 64);
    private final MemorySegment stream = OneDnn.stream(arena);

    /** {@code [depth / 32][height]}, made when they are first needed. */
    private final OneDnn.@Nullable Call[] calls;

    /** @param depth the most columns */
    public Bf16Products(int depth) {
        weights = arena.allocate(2L * WIDTH * depth, 64);
        calls = new OneDnn.Call[(depth / STEP + 1) * HEIGHTS.length];
    }

    /** How this machine multiplies, described for people; empty if its processor has no tiles, or the library isn't on the class path or doesn't run here. */
    public static Optional<String> kind() {
        return KIND;
    }

    private static Optional<String> find() {
        if (!Processor.hasBf16Tiles()) {
            return Optional.empty();
        }
        if (!BundledLibraries.present(OneDnn.FOLDER + "/libdnnl.so.3")) {
            LOG.log(
                    Level.INFO,
                    "oneDNN (org.bytedeco:dnnl, classifier linux-x86_64) is not on the class path, so prompts are"
                            + " multiplied without the processor's tiles for BF16 (AMX)");
            return Optional.empty();
        }
        try {
            OneDnn.useOneThread();
            String name = OneDnn.product(ROWS, WIDTH, WIDTH).name();
            return name.startsWith("brg") && name.contains("amx") ? Optional.of("oneDNN " + name) : Optional.empty();
        } catch (IllegalStateException none) {
            return Optional.empty();
        } catch (LinkageError | RuntimeException unusable) {
            LOG.log(
                    Level.WARNING,
                    "oneDNN can''t be used here, so prompts are multiplied without the processor''s tiles for BF16"
                            + " (AMX): {0}",
                    cause(unusable));
            LOG.log(Level.DEBUG, "oneDNN", unusable);
            return Optional.empty();
        }
    }

    private static String cause(Throwable thrown) {
        Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
        return String.valueOf(cause.getMessage());
    }

    /** Called by the multiplying thread before it multiplies: oneDNN doesn't start threads of its own for it. */
    public void begin() {
        OneDnn.useOneThread();
    }

    /** The memory for weights, in which the two columns from 2·k on of output n begin at 256·k + 4·n. */
    public MemorySegment weights() {
        return weights;
    }

    /** The memory of the sums, F32 numbers {@code [rows][64]}. */
    public MemorySegment sums() {
        return sums;
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
        Objects.checkFromIndexSize(at, 2L * reads(rows) * depth, x.byteSize());
        try {
            OneDnn.execute(call(height, depth), x.address() + at, stream);
        } finally {
            Reference.reachabilityFence(x);
        }
        return Math.min(rows, HEIGHTS[height]);
    }

    /** Number of rows of x that {@link #multiply} reads if this many remain. */
    public static int reads(int rows) {
        return HEIGHTS[height(rows)];
    }

    /** The height of the largest product that these rows fill, with the missing ones after them. */
    private static int height(int rows) {
        int padded = Math.ceilDiv(rows, ROWS) * ROWS;
        int height = 0;
        while (HEIGHTS[height] > padded) {
            height++;
        }
        return height;
    }

    private OneDnn.Call call(int height, int depth) {
        int i = depth / STEP * HEIGHTS.length + height;
        OneDnn.Call call = calls[i];
        if (call == null) {
            OneDnn.Product product = PRODUCTS.computeIfAbsent(new Size(HEIGHTS[height], depth), Size::compile);
            call = OneDnn.call(arena, product, weights, sums);
            calls[i] = call;
        }
        return call;
    }
}
