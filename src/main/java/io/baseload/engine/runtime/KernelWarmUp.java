package io.baseload.engine.runtime;

import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.parallel.PlatformThread;
import io.baseload.engine.profile.CompiledCalls;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the JIT compile a model's large kernels, those of linear layers and of attention, before the first request. Until then a vector is an object, and a kernel is hundreds of times
 * slower. Kernels without vectors have no objects to lose, so nothing is done for them.
 *
 * <p>A kernel is compiled after a number of calls, however small they are. So for each of the model's packings that this JVM has not seen, a matrix of a few panels and columns is multiplied
 * repeatedly: by one row, by several, and by those of a prompt; and attention is computed for a few tokens. Allocation shows whether a kernel is compiled: then its calls create no objects,
 * and it needs no more of them. Calls are made in rounds, some of each kind, so that the compiler has work while others are still interpreted. After a round without a change there is a
 * pause, in which the compiler has the processor to itself.
 *
 * <p>The number of rounds is limited, not the time: on a busy machine they take longer, but are as useful. Kernels that aren't compiled even then are compiled during the first requests, or
 * by the warm-up of the next model that needs them. Nothing of the model itself is used, so its cache and statistics are unchanged.
 */
final class KernelWarmUp {
    private static final System.Logger LOG = System.getLogger(KernelWarmUp.class.getName());

    /** A number of panels for which a kernel processes eight, four, two vectors and one. */
    private static final int PANELS = 15;

    /** Approximate number of columns. With fewer, the compiler counts calls rather than loop iterations, and compiles a kernel once instead of twice. */
    private static final int COLUMNS = 64;

    /** More columns than those of BF16 numbers that are multiplied at a time. */
    private static final int WIDE = 1152;

    /** Numbers of decode rows: one, two, a number that is processed in groups of four, three, two and one, and the most that share a pass over the weights. */
    private static final int[] DECODED = {1, 2, 7, Kernels.MAX_DECODE_ROWS};

    /** Rows of a prompt, at most a page: some tiles and part of another one, and so many that weights are unpacked where that is done at all. */
    static final int PROMPT = 27;

    /** An activation much larger than the others, and how many columns further the next one is: a group of 32 has one, and the next group none, so where codes are limited, this is done in some groups only. */
    private static final float SPIKE = 100;

    private static final int FROM_SPIKE_TO_SPIKE = 64;

    /** Number of calls of a kind in a round. */
    static final int CALLS = CompiledCalls.CALLS;

    static final int MAX_ROUNDS = 100;

    private static final long PAUSE_NANOS = 50_000_000;

    /** A byte that is an ordinary number in all formats and as a scale: neither zero nor infinity. */
    private static final byte ANY = 0x2C;

    /** Prompts in F32 of matrices with this packing. */
    private record PlainPrompts(Packing packing) {}

    /** Attention of the query heads that share a KV head. */
    private record QueryGroup(KvLayout head, int heads) {}

    /** @param of a packing, plain prompts, or a group of query heads */
    private record Kind(Kernels kernels, Record of) {
        String label() {
            return switch (of) {
                case Packing packing -> packing.label();
                case PlainPrompts(Packing packing) -> packing.label() + " for prompts in F32";
                default -> "attention";
            };
        }
    }

    private static final Set<Kind> WARM = new HashSet<>();

    private final Kernels kernels;
    private final NativeMemory memory;

    /** Calls of kernels that aren't compiled yet. */
    private final List<Runnable> cold = new ArrayList<>();

    /** All calls of each kind that wasn't warm. */
    private final Map<Kind, List<Runnable>> calls = new HashMap<>();

    private KernelWarmUp(Kernels kernels, NativeMemory memory) {
        this.kernels = kernels;
        this.memory = memory;
    }

    /**
     * Returns once the kernels of a model are compiled, or the number of rounds is reached.
     *
     * @param packings the packings of its weights
     * @param perHead those of its matrices for single heads, for which prompts stay in F32
     * @param layout the layout of its keys and values
     * @param group the number of query heads that share a KV head
     */
    static synchronized void run(
            Kernels kernels, Set<Packing> packings, Set<Packing> perHead, KvLayout layout, int group) {
        if (!kernels.vectors()) {
            return;
        }
        try (NativeMemory memory = new NativeMemory()) {
            var warmUp = new KernelWarmUp(kernels, memory);
            packings.forEach(packing -> warmUp.add(packing, () -> warmUp.linear(packing)));
            // matrices of plain weights may have a number of columns for which there is no other form
            Stream.concat(packings.stream().filter(packing -> packing.codes().plain()), perHead.stream())
                    .distinct()
                    .forEach(packing -> warmUp.add(new PlainPrompts(packing), () -> warmUp.plainPrompts(packing)));
            KvLayout head = oneHead(layout);
            int heads = Math.min(group, Attention.MAX_HEADS);
            warmUp.add(new QueryGroup(head, heads), () -> warmUp.attention(head, heads));
            WARM.addAll(PlatformThread.call("baseload-warm-up", warmUp::rounds));
        }
    }

    /** Adds the calls of a kind, unless it is warm. */
    private void add(Record of, Runnable adding) {
        Kind kind = new Kind(kernels, of);
        if (!WARM.contains(kind)) {
            int before = cold.size();
            adding.run();
            calls.put(kind, List.copyOf(cold.subList(before, cold.size())));
        }
    }

    /** Returns the kinds that are warm afterwards. */
    private List<Kind> rounds() {
        for (int round = 0; round < MAX_ROUNDS && !cold.isEmpty(); round++) {
            if (!cold.removeIf(CompiledCalls::createNoObjects)) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        List<Kind> warm = calls.keySet().stream()
                .filter(kind -> Collections.disjoint(calls.get(kind), cold))
                .toList();
        tell(calls.keySet().stream().filter(kind -> !warm.contains(kind)).toList());
        return warm;
    }

    private static void tell(List<Kind> cold) {
        if (!cold.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "after {0} rounds of calls the JIT has not compiled all kernels for {1}: the first requests are"
                            + " slow",
                    MAX_ROUNDS,
                    cold.stream().map(Kind::label).sorted().collect(Collectors.joining("; ")));
        }
    }

    private void linear(Packing packing) {
        Layer layer = layer(packing, COLUMNS);
        for (int rows : DECODED) {
            cold.add(() -> kernels.decodeLinear(layer.w, layer.x, layer.y, 0, rows, 0, PANELS, layer.scratch));
        }
        PromptForm form = kernels.promptForm(layer.w);
        if (form == PromptForm.PLAIN) {
            plainPrompt(layer);
        } else {
            quantizedPrompt(form == PromptForm.BF16 ? layer(packing, WIDE) : layer);
        }
    }

    /** Nothing where all prompts are in F32. */
    private void plainPrompts(Packing packing) {
        Layer layer = layer(packing, COLUMNS);
        if (kernels.promptForm(layer.w) != PromptForm.PLAIN) {
            plainPrompt(layer);
        }
    }

    private void plainPrompt(Layer layer) {
        cold.add(() -> kernels.prefillLinear(layer.w, layer.x, layer.y, 0, PROMPT, 0, PANELS, layer.scratch));
    }

    /** A linear layer with its inputs and outputs. */
    private record Layer(PackedMatrix w, Rows x, Rows y, Scratch scratch) {}

    private Layer layer(Packing packing, int columns) {
        int cols = Math.ceilDiv(columns, packing.block()) * packing.block();
        PackedMatrix w = PackedMatrix.allocate(memory, packing, PANELS * PackedMatrix.LANES, cols);
        w.data().fill(ANY);
        return new Layer(w, activations(cols), Rows.allocate(PROMPT, w.rows()), Scratch.allocate(memory, cols, 1, 1));
    }

    private void quantizedPrompt(Layer layer) {
        long elements = PromptRows.elements(PROMPT, layer.w.cols());
        PromptRows quantized = PromptRows.allocate(memory, kernels.promptBytes(Set.of(layer.w.packing()), elements));
        PromptForm form = kernels.promptForm(layer.w);
        cold.add(() -> kernels.quantize(form, layer.x, PROMPT, 0, PROMPT, quantized, layer.scratch));
        cold.add(() -> kernels.prefillLinear(layer.w, quantized, layer.y, 0, PROMPT, 0, PANELS, layer.scratch));
    }

    private static KvLayout oneHead(KvLayout model) {
        return new KvLayout(1, 1, model.keyDim(), model.valueDim(), 0, model.precision(), model.valuesInKeys());
    }

    /** Computes some tokens of one KV head, as a prompt and one by one. */
    private void attention(KvLayout layout, int heads) {
        KvPages kv = KvPages.allocate(memory, 1, layout);
        kv.data().fill(ANY);
        Rows q = activations(heads * layout.keyDim());
        Rows out = Rows.allocate(PROMPT, heads * layout.valueDim());
        var attention =
                new Attention(kv, 0, AttentionOptions.scaled(1), new int[PROMPT], Attention.causal(0, PROMPT), q, out);
        Scratch scratch = Scratch.allocate(
                memory, Math.max(layout.keyDim(), layout.valueDim()), layout.keyDim(), layout.valueDim());
        int[] pages = {0};
        cold.add(() -> attention.run(kernels, pages, 0, PROMPT, 0, heads, scratch));
        cold.add(() -> attention.run(kernels, pages, PROMPT - 1, PROMPT, 0, heads, scratch));
    }

    static Rows activations(int width) {
        Rows rows = Rows.allocate(PROMPT, width);
        for (int i = 0; i < rows.data().length; i++) {
            rows.data()[i] = i % FROM_SPIKE_TO_SPIKE == 0 ? SPIKE : 1 + i % 3;
        }
        return rows;
    }
}
