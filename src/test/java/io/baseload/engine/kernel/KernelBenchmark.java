package io.baseload.engine.kernel;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Prints what the kernels do in SmolLM2's shapes; run it by its main method. One thread is timed by its own CPU time, so that other programs disturb it little;
 * {@code memory} runs through 100 MB of weights, {@code cache} over one matrix again and again. With an argument, that many threads by the clock; with a second, only
 * {@code linear}, {@code attention} or {@code formats}: one row times each kind of packing, or those of the codes that a third names, as it gives the most tokens of {@code attention}; {@code precisions} compares fast with exact.
 */
final class KernelBenchmark {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Duration EACH = Duration.ofSeconds(3);
    private static final int[][] SHAPES = {{960, 576}, {576, 576}, {1536, 576}, {576, 1536}};

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(1);
    private final Kernels kernels = Kernels.best();
    private final ThreadLocal<Scratch> scratches =
            ThreadLocal.withInitial(() -> Scratch.allocate(memory, 1536, 64, 64));
    private final int threads;

    private KernelBenchmark(int threads) {
        this.threads = threads;
    }

    public static void main(String[] args) {
        var benchmark = new KernelBenchmark(args.length == 0 ? 1 : Integer.parseInt(args[0]));
        System.out.println(benchmark.kernels.name() + ", " + benchmark.threads + " threads");
        if (args.length < 2 || args[1].equals("linear")) {
            for (int[] shape : SHAPES) {
                benchmark.linear(Packing.Q4_1, shape[0], shape[1]);
            }
            benchmark.linear(Packing.Q8_0, 49152, 576);
            benchmark.barrier();
        }
        if (args.length < 2 || args[1].equals("attention")) {
            for (int tokens : new int[] {128, 512, 4096, 16384}) {
                for (KvPrecision precision : KvPrecision.values()) {
                    if (args.length < 3 || tokens <= Integer.parseInt(args[2])) {
                        benchmark.attention(precision, tokens, 9, 3);
                        benchmark.attention(precision, tokens, 32, 4);
                    }
                }
            }
        }
        if (args.length >= 2 && args[1].equals("formats")) {
            RandomWeights.packings()
                    .filter(packing ->
                            args.length == 2 || packing.codes().name().equals(args[2]))
                    .forEach(benchmark::format);
        }
        if (args.length >= 2 && args[1].equals("precisions")) {
            RandomWeights.packings()
                    .filter(packing -> packing.codes().bits() == 4)
                    .filter(packing -> args.length == 2 || packing.toString().contains(args[2]))
                    .forEach(benchmark::precisions);
        }
        benchmark.memory.close();
    }

    /** Both precisions, from cache; multiply-adds are counted, so several rows count several times. */
    private void precisions(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 512, 1536);
        Rows x = random.rows(16, 1536);
        Rows y = Rows.allocate(16, 512);
        var line = new StringBuilder(packing.toString());
        for (Precision precision : Precision.values()) {
            line.append(", ").append(precision.label());
            for (int n : new int[] {1, 2, 4, 8, 16}) {
                double near = seconds(
                        EACH,
                        (worker, i) -> Kernels.best(precision)
                                .decodeLinear(w, x, y, 0, n, first(w, worker), first(w, worker + 1), scratches.get()));
                line.append(String.format(Locale.ROOT, " %.1f", n * 512.0 * 1536 / near / 1e9));
            }
        }
        System.out.println(line);
    }

    private void format(Packing packing) {
        int rows = 576;
        int cols = 1536;
        long bytes = PackedMatrix.bytes(packing, rows, cols);
        try (NativeMemory own = new NativeMemory()) {
            PackedMatrix[] matrices = new PackedMatrix[(int) ((64L << 20) / bytes)];
            Arrays.setAll(matrices, i -> random.matrix(own, packing, rows, cols));
            Rows x = random.rows(1, cols);
            Rows y = Rows.allocate(1, rows);
            double near = seconds(EACH, (worker, i) -> decode(matrices[0], x, y, 1, worker));
            double far = seconds(
                    Duration.ofSeconds(1), (worker, i) -> decode(matrices[i % matrices.length], x, y, 1, worker));
            System.out.printf(
                    Locale.ROOT,
                    "%s in blocks of %d, %s: memory %.1f G weights/s, %.1f GB/s; cache %.1f G weights/s, %.1f GB/s%n",
                    packing.codes(),
                    packing.block(),
                    packing.scales(),
                    rows * cols / far / 1e9,
                    bytes / far / 1e9,
                    rows * cols / near / 1e9,
                    bytes / near / 1e9);
        }
    }

    private void linear(Packing packing, int rows, int cols) {
        int copies = (int) Math.max(1, (100L << 20) / PackedMatrix.bytes(packing, rows, cols));
        PackedMatrix[] matrices = new PackedMatrix[copies];
        for (int i = 0; i < copies; i++) {
            matrices[i] = random.matrix(memory, packing, rows, cols);
        }
        Rows x = random.rows(512, cols);
        Rows y = Rows.allocate(512, rows);
        double size = (double) rows * cols;
        String name = packing + " " + rows + " × " + cols;
        for (int n : new int[] {1, 2, 4, 8}) {
            double far = seconds((worker, i) -> decode(matrices[i % copies], x, y, n, worker));
            double near = seconds((worker, i) -> decode(matrices[0], x, y, n, worker));
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d rows: memory %.1f, cache %.1f G weights/s%n",
                    name,
                    n,
                    size / far / 1e9,
                    size / near / 1e9);
        }
        if (rows < 10_000) {
            double prefill = seconds((worker, i) -> prefill(matrices[i % copies], x, y, worker));
            System.out.printf(
                    Locale.ROOT, "%s, prefill of 512 rows: %.0f GFLOPS%n", name, 2 * 512 * size / prefill / 1e9);
        }
    }

    private void decode(PackedMatrix w, Rows x, Rows y, int rows, int worker) {
        kernels.decodeLinear(w, x, y, 0, rows, first(w, worker), first(w, worker + 1), scratches.get());
    }

    private void prefill(PackedMatrix w, Rows x, Rows y, int worker) {
        kernels.prefillLinear(w, x, y, 0, 512, first(w, worker), first(w, worker + 1), scratches.get());
    }

    private int first(PackedMatrix w, int worker) {
        return Step.share(worker, threads, w.panels());
    }

    private void attention(KvPrecision precision, int tokens, int heads, int kvHeads) {
        KvPages kv = KvPages.allocate(memory, tokens / KvPages.TOKENS, new KvLayout(30, kvHeads, 64, 64, 0, precision));
        int[] pages = IntStream.range(0, tokens / KvPages.TOKENS).toArray();
        Rows q = random.rows(512, 64 * heads);
        Rows out = Rows.allocate(512, 64 * heads);
        Rows v = random.rows(1, 64 * kvHeads);
        for (int t = 0; t < tokens * 30; t++) {
            kv.store(t / 30 / KvPages.TOKENS, t % 30, t / 30 % KvPages.TOKENS, v, v, 0);
        }
        double decode = attended(kv, heads, q, out, pages, new int[512], tokens - 1, 1);
        System.out.printf(
                Locale.ROOT,
                "%d heads on %d, attention of one row over %d tokens in %s: %.1f µs%n",
                heads,
                kvHeads,
                tokens,
                precision,
                decode * 1e6);
        double windowed = attended(kv, heads, q, out, pages, new int[] {Math.max(0, tokens - 512)}, tokens - 1, 1);
        System.out.printf(Locale.ROOT, "with a window of 512: %.1f µs%n", windowed * 1e6);
        double prefill = attended(kv, heads, q, out, pages, new int[512], tokens - 48, 48);
        System.out.printf(Locale.ROOT, "of 48 rows of a prompt: %.1f µs%n", prefill * 1e6);
        double store = seconds((worker, i) -> kv.store(0, i % 30, i % KvPages.TOKENS, v, v, 0));
        System.out.printf(Locale.ROOT, "a token's key and value stored: %.2f µs%n", store * 1e6);
    }

    /** Rows from a position on, in all layers in turn. */
    private double attended(
            KvPages kv, int heads, Rows q, Rows out, int[] pages, int[] visible, int position, int rows) {
        AttentionOptions options = AttentionOptions.scaled(0.125f);
        int[] ends = Attention.causal(position, rows);
        return seconds((worker, i) -> new Attention(kv, i % 30, options, visible, ends, q, out)
                .run(
                        kernels,
                        pages,
                        0,
                        rows,
                        Step.share(worker, threads, heads),
                        Step.share(worker + 1, threads, heads),
                        scratches.get()));
    }

    private void barrier() {
        double seconds = seconds((worker, i) -> {});
        System.out.printf(Locale.ROOT, "a barrier: %.2f µs%n", seconds * 1e6);
    }

    private interface Work {
        void run(int worker, int round);
    }

    /** The least seconds that a round took. */
    private double seconds(Work work) {
        return seconds(EACH, work);
    }

    private double seconds(Duration each, Work work) {
        int rounds = 30;
        double best = Double.MAX_VALUE;
        try (Team team = new Team(threads, true)) {
            long end = System.nanoTime() + each.toNanos();
            while (System.nanoTime() < end) {
                long start = now();
                team.run((worker, workers, barrier) -> {
                    for (int i = 0; i < rounds; i++) {
                        work.run(worker, i);
                        barrier.await();
                    }
                });
                best = Math.min(best, (now() - start) / 1e9 / rounds);
            }
        }
        return best;
    }

    private long now() {
        return threads == 1 ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }
}
