package io.baseload.engine.runtime;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MachineRates.KernelRates;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Matrices;
import io.baseload.engine.api.ModelOutline.Use;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.profile.MachineProbe;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Measures {@link MachineRates} without a model: on matrices, keys and values of its sizes with arbitrary contents. Weights in memory are matrices of all sizes of a kind of codes, as many of
 * each as a token meets; from cache, and for prompts, those with most of its weights represent all.
 */
final class RatesProbe {
    /** The memory that is read to measure bandwidth: more than caches have. Kernels read no more of it than the model's weights have, so weights that fit into caches are measured in them. */
    private static final long MAX_BYTES = 512L << 20;

    /** The least memory of a shard, so that a pass takes long compared with waking the workers. */
    private static final long MIN_BYTES = 16L << 20;

    private static final int LINE = 64;

    /** Rows of the matrix by which a prompt is multiplied: it fits in caches, like a worker's share of a large one. */
    private static final int OUTPUTS = 512;

    private static final int PROMPT = 256;

    /** Columns of the plain numbers whose reading is the bandwidth. */
    private static final int PLAIN_COLUMNS = 4096;

    /** Pages of keys and values: those of a span. */
    private static final int PAGES = Attention.SPAN / KvPages.TOKENS;

    /** The most numbers in the rows of a prompt, which are in the heap: wider rows are fewer. */
    private static final int MAX_PROMPT = 1 << 23;

    /** Twice as wide as any model's. Workers have some rows of this width, partly in the heap. */
    private static final int MAX_WIDTH = 1 << 17;

    /** The most rows of a matrix: its outputs are in the heap. More are measured as several matrices. */
    private static final int MAX_ROWS = 1 << 18;

    /** An ordinary number in all formats and as a scale. */
    private static final byte ANY = 0x2C;

    private final ModelOutline model;
    private final KvPrecision kvPrecision;
    private final Kernels kernels;
    private final MachineProbe probe;
    private final NativeMemory memory;

    private RatesProbe(
            ModelOutline model, Kernels kernels, KvPrecision kvPrecision, MachineProbe probe, NativeMemory memory) {
        this.model = model;
        this.kernels = kernels;
        this.kvPrecision = kvPrecision;
        this.probe = probe;
        this.memory = memory;
    }

    static MachineRates measure(
            ModelOutline model, Kernels kernels, KvPrecision kvPrecision, TeamLayout layout, boolean pinned) {
        int widest = widest(model);
        try (NativeMemory memory = new NativeMemory();
                MachineProbe probe =
                        new MachineProbe(layout, pinned, kernels, widest, model.keyDim(), model.valueDim())) {
            return new RatesProbe(model, kernels, kvPrecision, probe, memory).measure(layout);
        }
    }

    /** The most memory that a measurement takes at a time. */
    static MemoryEstimate memory(ModelOutline model, Kernels kernels, KvPrecision kvPrecision, TeamLayout layout) {
        int widest = widest(model);
        KvLayout token = token(model, kvPrecision);
        Collection<Matrices> samples = samples(model);
        long quantized = samples.stream()
                .mapToLong(some -> kernels.promptBytes(
                        Set.of(ModelOutlines.packing(some)), PromptRows.elements(prompt(some), some.cols())))
                .max()
                .orElse(0);
        long shards = layout.shards() * (shardBytes(layout.shards()) + quantized);
        long scratch = layout.workers() * Scratch.nativeBytes(widest, token.keyDim(), token.valueDim());
        long kv = PAGES * token.pageBytes();
        return new MemoryEstimate(0, 0, shards + scratch + kv, heap(model, kernels, layout, samples, widest, token));
    }

    /** The workers' memory in the heap, and the inputs and outputs of the largest measurement. */
    private static long heap(
            ModelOutline model,
            Kernels kernels,
            TeamLayout layout,
            Collection<Matrices> samples,
            int widest,
            KvLayout token) {
        long rows = 0;
        for (Matrices some : samples) {
            long outputs = layout.workers() * (long) Math.min(OUTPUTS, some.rows());
            rows = Math.max(rows, prompt(some) * (some.cols() + outputs));
            rows = Math.max(rows, MachineRates.ROWS.getLast() * width(alike(model, some)));
        }
        return layout.workers() * Scratch.heapBytes(kernels, packings(samples), widest, token) + Float.BYTES * rows;
    }

    /** Inputs of each width, and outputs of the most rows, of matrices that are streamed. */
    private static long width(List<Matrices> alike) {
        return alike.stream().mapToLong(Matrices::cols).distinct().sum()
                + alike.stream()
                        .mapToLong(some -> Math.min(MAX_ROWS, some.rows()))
                        .max()
                        .orElse(0);
    }

    /** @throws UnfitOptionsException if that is more than {@link #MAX_WIDTH} */
    private static int widest(ModelOutline model) {
        int heads = group(model) * Math.max(model.keyDim(), model.valueDim());
        int widest = Math.max(
                heads, model.matrices().stream().mapToInt(Matrices::cols).max().orElse(1));
        if (widest > MAX_WIDTH) {
            throw new UnfitOptionsException("matrices and heads are measured with at most " + MAX_WIDTH
                    + " columns, not the " + widest + " of this model");
        }
        return widest;
    }

    /** Heads that attention processes together. */
    private static int group(ModelOutline model) {
        return Math.min(Attention.MAX_HEADS, model.group());
    }

    private static KvLayout token(ModelOutline model, KvPrecision kvPrecision) {
        return new KvLayout(1, 1, model.keyDim(), model.valueDim(), 0, kvPrecision, model.valuesInKeys());
    }

    private static Set<Packing> packings(Collection<Matrices> samples) {
        return samples.stream().map(ModelOutlines::packing).collect(Collectors.toSet());
    }

    private MachineRates measure(TeamLayout layout) {
        KvLayout token = token(model, kvPrecision);
        int group = group(model);
        Collection<Matrices> samples = samples(model);
        KernelWarmUp.run(kernels, packings(samples), Set.of(), token, group);
        List<MemorySegment> shards = filled(layout.shards());
        List<MemorySegment> weights = weights(shards);
        Map<String, KernelRates> rates = new HashMap<>();
        samples.forEach(some -> rates.put(some.codes(), rates(some, weights)));
        KvPages kv = KvPages.allocate(memory, PAGES, token);
        kv.data().fill(ANY);
        return new MachineRates(
                layout.workers(),
                bandwidth(shards),
                probe.barrierSeconds(Barrier::awaitShard),
                probe.barrierSeconds(Barrier::await),
                attention(kv, 1, group),
                attention(kv, Attention.rows(group), group),
                rates);
    }

    /** Memory of each shard, as {@link #shardBytes}. It is filled, because pages that were never written share one page of zeros. */
    private List<MemorySegment> filled(int shards) {
        List<MemorySegment> filled = Stream.generate(() -> memory.part().allocate(shardBytes(shards)))
                .limit(shards)
                .toList();
        probe.fill(filled, ANY);
        return filled;
    }

    private static long shardBytes(int shards) {
        return Math.max(MIN_BYTES, MAX_BYTES / shards);
    }

    /** As much of each shard's memory as its part of the weights has. */
    private List<MemorySegment> weights(List<MemorySegment> shards) {
        long all = model.matrices().stream()
                .filter(some -> some.use() != Use.LOOKED_UP)
                .mapToLong(some ->
                        some.count() * PackedMatrix.bytes(ModelOutlines.packing(some), some.rows(), some.cols()))
                .sum();
        return shards.stream()
                .map(shard -> shard.asSlice(0, Math.clamp(all / shards.size(), MIN_BYTES, shard.byteSize())))
                .toList();
    }

    /** For each kind of codes, the matrices with most of its weights. */
    private static Collection<Matrices> samples(ModelOutline model) {
        Map<String, Matrices> most = new HashMap<>();
        for (Matrices some : model.matrices()) {
            most.merge(some.codes(), some, (one, other) -> one.weights() >= other.weights() ? one : other);
        }
        return most.values();
    }

    /** The matrices with the same codes as {@code some} that multiply rows; {@code some} itself, if all are only looked up. */
    static List<Matrices> alike(ModelOutline model, Matrices some) {
        List<Matrices> multiplied = model.matrices().stream()
                .filter(other -> other.use() != Use.LOOKED_UP && other.codes().equals(some.codes()))
                .toList();
        return multiplied.isEmpty() ? List.of(some) : multiplied;
    }

    private KernelRates rates(Matrices some, List<MemorySegment> weights) {
        List<List<PackedMatrix>> all = weights.stream()
                .map(memory -> mixed(model, alike(model, some), memory))
                .toList();
        Packing packing = ModelOutlines.packing(some);
        int rows = Math.min(OUTPUTS, rows(packing, some.rows(), some.cols(), weights.getFirst()));
        PackedMatrix few = matrix(packing, rows, some.cols(), weights.getFirst(), 0);
        return new KernelRates(
                MachineRates.ROWS.stream()
                        .map(together ->
                                together * probe.kernelTime(few, together).weightsPerSecond())
                        .toList(),
                MachineRates.ROWS.stream()
                        .map(together -> together * probe.streamedPerSecond(all, together))
                        .toList(),
                probe.promptRate(few, prompt(some)));
    }

    private static int prompt(Matrices some) {
        return Math.min(PROMPT, MAX_PROMPT / some.cols());
    }

    private double bandwidth(List<MemorySegment> shards) {
        return probe.bytesPerSecond(shards.stream().map(RatesProbe::plain).toList());
    }

    /** Matrices of plain numbers that fill the memory. */
    private static List<PackedMatrix> plain(MemorySegment memory) {
        long bytes = PackedMatrix.bytes(Packing.F32, OUTPUTS, PLAIN_COLUMNS);
        return LongStream.range(0, memory.byteSize() / bytes)
                .mapToObj(i -> matrix(Packing.F32, OUTPUTS, PLAIN_COLUMNS, memory, i * bytes))
                .toList();
    }

    /**
     * Matrices of these sizes until the memory is full. Next is always the size that is furthest behind its share: as many as the model has, of experts as many as one token is expected to
     * choose. If the last one doesn't fit, its first rows are there.
     */
    static List<PackedMatrix> mixed(ModelOutline model, List<Matrices> sizes, MemorySegment memory) {
        int[] placed = new int[sizes.size()];
        List<PackedMatrix> all = new ArrayList<>();
        long at = 0;
        while (true) {
            int next = 0;
            for (int i = 1; i < placed.length; i++) {
                if ((placed[i] + 1) / share(model, sizes.get(i)) < (placed[next] + 1) / share(model, sizes.get(next))) {
                    next = i;
                }
            }
            Matrices size = sizes.get(next);
            Packing packing = ModelOutlines.packing(size);
            int rows = rows(packing, size.rows(), size.cols(), memory.asSlice(at));
            if (rows == 0) {
                return all;
            }
            PackedMatrix matrix = matrix(packing, rows, size.cols(), memory, at);
            all.add(matrix);
            placed[next]++;
            at = Math.min(memory.byteSize(), at + Math.ceilDiv(matrix.data().byteSize(), LINE) * LINE);
        }
    }

    private static double share(ModelOutline model, Matrices size) {
        return size.count() * (size.use() == Use.EXPERT ? model.chosenPart(1) : 1);
    }

    /** The rows of such a matrix that fit into the memory. */
    private static int rows(Packing packing, int rows, int cols, MemorySegment memory) {
        long fitting = memory.byteSize() / PackedMatrix.bytes(packing, PackedMatrix.LANES, cols) * PackedMatrix.LANES;
        return (int) Math.min(Math.min(rows, MAX_ROWS), fitting);
    }

    private static PackedMatrix matrix(Packing packing, int rows, int cols, MemorySegment memory, long at) {
        return new PackedMatrix(packing, rows, cols, memory.asSlice(at, PackedMatrix.bytes(packing, rows, cols)));
    }

    private double attention(KvPages kv, int rows, int group) {
        int[] pages = new int[PAGES];
        Arrays.setAll(pages, page -> page);
        KvLayout layout = kv.layout();
        Rows q = Rows.allocate(rows, group * layout.keyDim());
        Rows out = Rows.allocate(rows, group * layout.valueDim());
        int[] ends = Attention.causal(Attention.SPAN - rows, rows);
        var attention = new Attention(kv, 0, AttentionOptions.scaled(1), new int[rows], ends, q, out);
        return probe.attentionRate(attention, pages, rows, group);
    }
}
