package io.baseload.engine.runtime;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Has the JIT compile a model's large kernels, those of linear layers and of attention, before the first request. Until then a vector is an object, and a kernel runs hundreds of times
 * slower.
 *
 * <p>A kernel is compiled after a number of calls, however small they are. So for each packing that a model has and this JVM has not seen, a matrix of a few panels and columns is multiplied
 * again and again: with one row, with several, with a prompt's; and a few tokens see each other. What calls allocate tells whether their kernels are compiled: then they make no objects,
 * and are not made again. Calls are made in rounds, some of each kind, so that the compiler has work while others still run cold. After a round that changes nothing there is a pause, in
 * which it has the processor for itself.
 *
 * <p>The number of rounds is bounded, not the time: on a crowded machine all takes longer, and is worth as much. Kernels that are cold even then are compiled by the first requests. Nothing of
 * the model itself is used, so its cache and its figures stay as they are.
 */
final class KernelWarmUp {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Panels whose number makes a kernel take eight, four, two vectors and one. */
    private static final int PANELS = 15;

    /** Columns, about. The fewer, the sooner the compiler counts calls instead of turns of a loop, and compiles a kernel once instead of twice. */
    private static final int COLUMNS = 64;

    /** Decode rows: one, two, and as many as are taken four, three, two and one at a time. */
    private static final int[] DECODED = {1, 2, 7};

    /** Rows of a prompt: of each size of tile one. */
    private static final int PROMPT = 21;

    /** Calls of a kind in a round. */
    static final int CALLS = 20;

    static final int MAX_ROUNDS = 100;

    private static final long PAUSE_NANOS = 50_000_000;

    /** Calls without objects allocate less, in bytes. */
    private static final long NOTHING = 4096;

    /** A byte that is a harmless number in all formats and as a scale: no zero, no infinity. */
    private static final byte ANY = 0x2C;

    /** @param of a packing of weights, or a layout of keys and values */
    private record Kind(Kernels kernels, Record of) {}

    private static final Set<Kind> WARM = new HashSet<>();

    private final Kernels kernels;
    private final NativeMemory memory;
    private final List<Runnable> cold = new ArrayList<>();

    private KernelWarmUp(Kernels kernels, NativeMemory memory) {
        this.kernels = kernels;
        this.memory = memory;
    }

    /**
     * Returns when the kernels of a model are compiled, or were given up.
     *
     * @param packings of its weights
     * @param layout of its keys and values
     * @param group query heads that share a KV head
     */
    static synchronized void run(Kernels kernels, Set<Packing> packings, KvLayout layout, int group) {
        try (NativeMemory memory = new NativeMemory()) {
            var warmUp = new KernelWarmUp(kernels, memory);
            packings.forEach(warmUp::linear);
            warmUp.attention(layout, Math.min(group, Attention.QUERIES));
            CompletableFuture.runAsync(warmUp::rounds, KernelWarmUp::start).join();
        }
    }

    /** On a thread of the system: the JVM doesn't tell what a virtual one allocates. */
    private static void start(Runnable rounds) {
        Thread.ofPlatform().name("baseload-warm-up").daemon().start(rounds);
    }

    private void rounds() {
        for (int round = 0; round < MAX_ROUNDS && !cold.isEmpty(); round++) {
            if (!cold.removeIf(KernelWarmUp::isWarm)) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void linear(Packing packing) {
        if (!WARM.add(new Kind(kernels, packing))) {
            return;
        }
        int cols = Math.ceilDiv(COLUMNS, packing.block()) * packing.block();
        PackedMatrix w = PackedMatrix.allocate(memory, packing, PANELS * PackedMatrix.LANES, cols);
        w.data().fill(ANY);
        Rows x = activations(cols);
        Rows y = Rows.allocate(PROMPT, w.rows());
        Scratch scratch = Scratch.allocate(memory, cols, 1);
        for (int rows : DECODED) {
            cold.add(() -> kernels.decodeLinear(w, x, y, 0, rows, 0, PANELS, scratch));
        }
        if (kernels.quantizesPrompts(w)) {
            PromptRows quantized = PromptRows.allocate(PromptRows.elements(PROMPT, cols));
            cold.add(() -> kernels.quantize(x, PROMPT, 0, PROMPT, quantized, scratch));
            cold.add(() -> kernels.prefillLinear(w, quantized, y, 0, PROMPT, 0, PANELS, scratch));
        } else {
            cold.add(() -> kernels.prefillLinear(w, x, y, 0, PROMPT, 0, PANELS, scratch));
        }
    }

    /** Some tokens of one KV head, as prompt and one by one. */
    private void attention(KvLayout model, int heads) {
        var layout = new KvLayout(1, 1, model.keyDim(), model.valueDim(), 0, model.precision());
        if (!WARM.add(new Kind(kernels, layout))) {
            return;
        }
        KvPages kv = KvPages.allocate(memory, 1, layout);
        kv.data().fill(ANY);
        Rows q = activations(heads * layout.keyDim());
        Rows out = Rows.allocate(PROMPT, heads * layout.valueDim());
        var attention =
                new Attention(kv, 0, AttentionOptions.scaled(1), new int[PROMPT], Attention.causal(0, PROMPT), q, out);
        Scratch scratch = Scratch.allocate(memory, Math.max(layout.keyDim(), layout.valueDim()), layout.valueDim());
        int[] pages = {0};
        cold.add(() -> attention.run(kernels, pages, 0, PROMPT, 0, heads, scratch));
        cold.add(() -> attention.run(kernels, pages, PROMPT - 1, PROMPT, 0, heads, scratch));
    }

    private static Rows activations(int width) {
        Rows rows = Rows.allocate(PROMPT, width);
        for (int i = 0; i < rows.data().length; i++) {
            rows.data()[i] = 1 + i % 3;
        }
        return rows;
    }

    private static boolean isWarm(Runnable call) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            call.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before < NOTHING;
    }
}
