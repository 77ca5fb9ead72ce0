package io.baseload.engine.runtime;

import com.sun.management.OperatingSystemMXBean;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MachineRates.KernelRates;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.profile.MachineProbe;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Measures {@link MachineRates} without a model: on matrices, keys and values of its sizes with arbitrary contents. For each kind of codes, the matrices with most of its weights represent
 * all.
 */
final class RatesProbe {
    /** Bytes read to measure bandwidth: far more than any cache. */
    private static final long READ_BYTES = 512L << 20;

    /** Rows of the matrix by which a prompt is multiplied: it fits in caches, like a worker's share of a large one. */
    private static final int OUTPUTS = 512;

    private static final int PROMPT = 256;

    /** An ordinary number in all formats and as a scale. */
    private static final byte ANY = 0x2C;

    private final ModelOutline model;
    private final Kernels kernels;
    private final MachineProbe probe;
    private final NativeMemory memory;

    private RatesProbe(ModelOutline model, Kernels kernels, MachineProbe probe, NativeMemory memory) {
        this.model = model;
        this.kernels = kernels;
        this.probe = probe;
        this.memory = memory;
    }

    static MachineRates measure(ModelOutline model, Kernels kernels, TeamLayout layout, boolean pinned) {
        int widest = model.matrices().stream()
                .mapToInt(ModelOutline.Matrices::cols)
                .max()
                .orElse(1);
        try (NativeMemory memory = new NativeMemory();
                MachineProbe probe = new MachineProbe(layout, pinned, kernels, widest)) {
            return new RatesProbe(model, kernels, probe, memory).measure(layout);
        }
    }

    private MachineRates measure(TeamLayout layout) {
        KvLayout token = new KvLayout(1, 1, model.keyDim(), model.valueDim(), 0, KvPrecision.F32);
        int group = Math.min(Attention.QUERIES, model.group());
        Map<String, PackedMatrix> samples = samples();
        Set<Packing> packings = new HashSet<>();
        samples.values().forEach(matrix -> packings.add(matrix.packing()));
        KernelWarmUp.run(kernels, packings, token, group);
        Map<String, KernelRates> rates = new HashMap<>();
        samples.forEach((codes, matrix) -> rates.put(codes, rates(matrix)));
        KvPages kv = KvPages.allocate(memory, Attention.SPAN / KvPages.TOKENS, token);
        kv.data().fill(ANY);
        return new MachineRates(
                layout.workers(),
                memoryBytes(),
                bandwidth(layout.shards()),
                probe.barrierSeconds(),
                attention(kv, 1, group),
                attention(kv, Attention.QUERIES, group),
                rates);
    }

    private static long memoryBytes() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }

    private Map<String, PackedMatrix> samples() {
        Map<String, ModelOutline.Matrices> most = new HashMap<>();
        for (ModelOutline.Matrices some : model.matrices()) {
            most.merge(some.codes(), some, (one, other) -> one.weights() >= other.weights() ? one : other);
        }
        Map<String, PackedMatrix> samples = new HashMap<>();
        most.forEach((codes, some) -> samples.put(codes, matrix(some)));
        return samples;
    }

    private PackedMatrix matrix(ModelOutline.Matrices some) {
        PackedMatrix matrix =
                PackedMatrix.allocate(memory, ModelOutlines.packing(some), Math.min(OUTPUTS, some.rows()), some.cols());
        matrix.data().fill(ANY);
        return matrix;
    }

    private KernelRates rates(PackedMatrix matrix) {
        List<Double> decode = MachineRates.ROWS.stream()
                .map(rows -> rows * probe.kernelTime(matrix, rows).weightsPerSecond())
                .toList();
        return new KernelRates(decode, probe.promptRate(matrix, PROMPT));
    }

    /** The memory is filled, because pages that were never written share one page of zeros. */
    private double bandwidth(int shards) {
        int cols = 4096;
        int rows = (int) (READ_BYTES / Float.BYTES / cols / shards);
        try (NativeMemory read = new NativeMemory()) {
            List<PackedMatrix> each = Stream.generate(() -> PackedMatrix.allocate(read, Packing.F32, rows, cols))
                    .limit(shards)
                    .toList();
            probe.fill(each, ANY);
            return probe.bytesPerSecond(each.stream().map(List::of).toList());
        }
    }

    private double attention(KvPages kv, int rows, int group) {
        int[] pages = new int[Attention.SPAN / KvPages.TOKENS];
        Arrays.setAll(pages, page -> page);
        KvLayout layout = kv.layout();
        Rows q = Rows.allocate(rows, group * layout.keyDim());
        Rows out = Rows.allocate(rows, group * layout.valueDim());
        int[] ends = Attention.causal(Attention.SPAN - rows, rows);
        var attention = new Attention(kv, 0, AttentionOptions.scaled(1), new int[rows], ends, q, out);
        return probe.attentionRate(attention, pages, rows, group);
    }
}
