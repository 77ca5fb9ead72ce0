package io.baseload.engine.profile;

import static java.util.Objects.requireNonNull;

import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures the rates of this machine with a model's weights and as many workers as the engine has. Limits are those of the best of several rounds, because other load can only slow them
 * down: reading from memory, multiplying from cache, barriers. Rates to be expected are averages over some tenths of a second, in which a host may take CPUs and bandwidth away as it does
 * from the engine: streaming weights, prompts, attention. To be used while the engine is idle.
 */
public final class MachineProbe implements AutoCloseable {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final int LINE = 64;
    private static final int STREAMS = 8;
    private static final long READ_WARM_UP_NANOS = 200_000_000;
    private static final long ATTENTION_WARM_UP_NANOS = 500_000_000;

    /** The most bytes read in a round: far more than any cache. */
    private static final long MAX_BYTES = 2L << 30;

    /** Size of a kernel's panels, which stay in L2. */
    private static final long CACHED_BYTES = 128 << 10;

    /** The number of panels that a kernel reads at once. */
    private static final int MIN_PANELS = 8;

    /** A huge page. */
    private static final long FILLED_BYTES = 2 << 20;

    /** Its multiples without their whole parts are spread evenly, however many there are. */
    private static final double GOLDEN_RATIO = 0.6180339887498949;

    private static final long MAX_WARM_UP_NANOS = 2_000_000_000;
    private static final long ROUND_NANOS = 5_000_000;
    private static final long PASS_NANOS = 300_000_000;
    private static final long FIRST_PASSES_NANOS = 100_000_000;
    private static final int MIN_PASSES = 3;
    private static final int ROUNDS = 12;
    private static final int BARRIERS = 2000;
    private static final int ATTENTIONS = 200;

    private final NativeMemory memory = new NativeMemory();
    private final Team team;
    private final Kernels kernels;
    private final Scratch[] scratches;
    private final LongAdder sums = new LongAdder();

    /**
     * @param layout layout of the engine's workers; those of the probe run on the same CPUs
     * @param widest the largest number of columns of a matrix, and at least the width of a key or value
     * @param keyDim the width of a key
     * @param valueDim the width of a value
     */
    public MachineProbe(TeamLayout layout, boolean pinned, Kernels kernels, int widest, int keyDim, int valueDim) {
        this.team = Team.ofAll(layout, pinned);
        this.kernels = kernels;
        this.scratches = IntStream.range(0, layout.workers())
                .mapToObj(worker -> Scratch.allocate(memory, widest, keyDim, valueDim))
                .toArray(Scratch[]::new);
    }

    /**
     * Bytes per second that all workers together read at best, each its share of every matrix of its shard: in one stream or in several, whichever is faster here.
     *
     * @param weights the matrices of each shard
     */
    public double bytesPerSecond(List<List<PackedMatrix>> weights) {
        warmReads(weights.getFirst().getFirst());
        var reading = new Pass(weights, (matrix, first, end, worker) -> read(matrix, first, end));
        var streaming = new Pass(weights, (matrix, first, end, worker) -> readStreams(matrix, first, end));
        return reading.sum(matrix -> matrix.data().byteSize()) / Math.min(best(reading), best(streaming));
    }

    private void warmReads(PackedMatrix matrix) {
        warm(READ_WARM_UP_NANOS, () -> {
            read(matrix, 0, 1);
            readStreams(matrix, 0, 1);
        });
    }

    /** The calling thread repeats this until the JIT has compiled the loops: while all workers compute, the compiler has no CPU. */
    private static void warm(long nanos, Runnable work) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            work.run();
        }
    }

    /** One load for each cache line; a sum, because the compiler would omit loads whose results are not used. */
    private void read(PackedMatrix matrix, int firstPanel, int endPanel) {
        MemorySegment data = matrix.data();
        long to = endPanel * matrix.panelBytes();
        long sum = 0;
        for (long at = firstPanel * matrix.panelBytes(); at <= to - Long.BYTES; at += LINE) {
            sum += data.get(LONG, at);
        }
        sums.add(sum);
    }

    /** The same lines from {@value #STREAMS} places at once, as kernels read several panels. Fewer than {@value #STREAMS} lines at the end are omitted. */
    private void readStreams(PackedMatrix matrix, int firstPanel, int endPanel) {
        MemorySegment data = matrix.data();
        long from = firstPanel * matrix.panelBytes();
        long stream = (endPanel * matrix.panelBytes() - from) / STREAMS / LINE * LINE;
        long sum = 0;
        for (long at = from; at < from + stream; at += LINE) {
            for (int i = 0; i < STREAMS; i++) {
                sum += data.get(LONG, at + i * stream);
            }
        }
        sums.add(sum);
    }

    /**
     * Weights per second that all workers together read from memory and multiply by some rows, each its share of every matrix of its shard; the average.
     *
     * @param weights the matrices of each shard
     */
    public double streamedPerSecond(List<List<PackedMatrix>> weights, int rows) {
        Pass multiplying = multiplying(weights, rows);
        return multiplying.sum(matrix -> (double) matrix.rows() * matrix.cols()) / average(multiplying);
    }

    /**
     * Bytes of weights per second that all workers together read at best while they multiply one row. Kernels read ahead, so this may be more than what plain loads read. To be called after {@link
     * #kernelTime}, which lets the JIT compile the kernels.
     *
     * @param weights the matrices of each shard
     */
    public double multipliedBytesPerSecond(List<List<PackedMatrix>> weights) {
        Pass multiplying = multiplying(weights, 1);
        return multiplying.sum(matrix -> matrix.data().byteSize()) / best(multiplying);
    }

    /** Multiplies some rows by matrices of any shapes. */
    private Pass multiplying(List<List<PackedMatrix>> weights, int rows) {
        Map<Integer, Rows> inputs = new HashMap<>();
        int most = 0;
        for (PackedMatrix matrix : weights.stream().flatMap(List::stream).toList()) {
            inputs.computeIfAbsent(matrix.cols(), cols -> Rows.allocate(rows, cols));
            most = Math.max(most, matrix.panels());
        }
        Rows y = Rows.allocate(rows, most * PackedMatrix.LANES);
        return new Pass(
                weights,
                (matrix, first, end, worker) -> kernels.decodeLinear(
                        matrix, requireNonNull(inputs.get(matrix.cols())), y, 0, rows, first, end, scratches[worker]));
    }

    /** Seconds of the fastest pass. */
    private double best(Pass pass) {
        double best = Double.POSITIVE_INFINITY;
        long end = System.nanoTime() + PASS_NANOS;
        for (int i = 0; i < MIN_PASSES || System.nanoTime() < end; i++) {
            best = Math.min(best, seconds(pass));
        }
        return best;
    }

    /** Seconds of a step, on average of those after the first ones, in which the JIT may still compile. */
    private double average(Step step) {
        repeat(step, FIRST_PASSES_NANOS);
        long start = System.nanoTime();
        int steps = repeat(step, PASS_NANOS);
        return (System.nanoTime() - start) / 1e9 / steps;
    }

    /** The number of steps in this time. */
    private int repeat(Step step, long nanos) {
        long end = System.nanoTime() + nanos;
        int steps = 0;
        while (steps < MIN_PASSES || System.nanoTime() < end) {
            team.run(step);
            steps++;
        }
        return steps;
    }

    /**
     * The duration of a kernel for some rows, with weights from cache. The work before the first panel, such as quantizing rows, is measured by itself: for many rows it takes longer than the
     * few panels that fit in cache, of which a real matrix has many more.
     */
    public KernelTime kernelTime(PackedMatrix weights, int rows) {
        var multiplying = new Multiplying(weights, Math.min(rows, Kernels.MAX_DECODE_ROWS));
        warm(multiplying);
        double start = each(multiplying, multiplying::prepare);
        double panels = each(multiplying, multiplying::multiply);
        double rate = team.workers() * multiplying.most * (double) PackedMatrix.LANES * weights.cols() / panels;
        return KernelTime.of(rows, start, rate);
    }

    /** Multiplies until the JIT has compiled the code for this shape, which then creates no objects. Compiled code may be discarded when it meets the first large matrix. */
    private void warm(Multiplying multiplying) {
        long end = System.nanoTime() + MAX_WARM_UP_NANOS;
        boolean compiled = false;
        while (!compiled && System.nanoTime() < end) {
            compiled = CompiledCalls.createNoObjects(() -> {
                multiplying.prepare(0);
                multiplying.multiply(0);
            });
        }
    }

    /** Seconds of one call, made by all workers at once. */
    private double each(Multiplying multiplying, IntConsumer call) {
        multiplying.call = call;
        multiplying.times = 1;
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < ROUNDS; i++) {
            double seconds = seconds(multiplying);
            best = Math.min(best, seconds / multiplying.times);
            multiplying.times = (int) Math.max(1, ROUND_NANOS / 1e9 / best);
        }
        return best;
    }

    /** Fills memory of each shard with one byte. The shard's workers do it, so the memory is on the shard's node or, if it has several, on all of them. */
    public void fill(List<MemorySegment> shards, byte value) {
        TeamLayout layout = team.layout();
        team.run((worker, workers, barrier) -> {
            MemorySegment memory = shards.get(layout.shard(worker));
            int sharing = layout.workers(layout.shard(worker), workers);
            for (long block = 0; block * FILLED_BYTES < memory.byteSize(); block++) {
                if (filler(block, sharing) == layout.place(worker)) {
                    long from = block * FILLED_BYTES;
                    memory.asSlice(from, Math.min(FILLED_BYTES, memory.byteSize() - from))
                            .fill(value);
                }
            }
        });
    }

    /** Which worker fills a block: for blocks next to each other workers far apart, so that each node has a part of each matrix there. */
    static int filler(long block, int workers) {
        return (int) (block * GOLDEN_RATIO % 1 * workers);
    }

    /** Multiply-adds per second of all workers together, each with these weights and its own rows of a prompt; the average. */
    public double promptRate(PackedMatrix weights, int rows) {
        try (var multiplying = new PromptMultiplying(weights, rows)) {
            return team.workers() * (double) rows * weights.rows() * weights.cols() / average(multiplying);
        }
    }

    /**
     * Duration of a barrier in seconds, the shortest.
     *
     * @param waiting of all workers, or of those of each shard
     */
    public double barrierSeconds(Consumer<Barrier> waiting) {
        Step meeting = (worker, workers, barrier) -> {
            for (int i = 0; i < BARRIERS; i++) {
                waiting.accept(barrier);
            }
        };
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < ROUNDS; i++) {
            best = Math.min(best, seconds(meeting));
        }
        return best / BARRIERS;
    }

    /** Multiply-adds per second of all workers together that repeat {@code attend}, each for itself; the average. */
    public double attentionRate(Attention attention, int[] pages, int rows, int heads) {
        double each = products(attention, rows, heads);
        warm(ATTENTION_WARM_UP_NANOS, () -> attend(attention, pages, rows, heads, scratches[0]));
        Step step = (worker, workers, barrier) -> attend(attention, pages, rows, heads, scratches[worker]);
        return team.workers() * ATTENTIONS * each / average(step);
    }

    /** Multiply-adds of the first rows, each with the tokens that it sees. */
    static double products(Attention attention, int rows, int heads) {
        long tokens = 0;
        for (int row = 0; row < rows; row++) {
            tokens += attention.ends()[row] - attention.visible()[row];
        }
        var layout = attention.kv().layout();
        return (double) tokens * heads * (layout.keyDim() + layout.valueDim());
    }

    private void attend(Attention attention, int[] pages, int rows, int heads, Scratch scratch) {
        for (int i = 0; i < ATTENTIONS; i++) {
            attention.run(kernels, pages, 0, rows, 0, heads, scratch);
        }
    }

    /** Rows for each worker to write to. */
    private Rows[] eachWorkers(int rows, int width) {
        return IntStream.range(0, team.workers())
                .mapToObj(worker -> Rows.allocate(rows, width))
                .toArray(Rows[]::new);
    }

    private double seconds(Step step) {
        long start = System.nanoTime();
        team.run(step);
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        team.close();
        memory.close();
    }

    /** A worker's part of a pass: some panels of a matrix. */
    @FunctionalInterface
    private interface Part {
        void run(PackedMatrix matrix, int firstPanel, int endPanel, int worker);
    }

    /** All workers of a shard divide each of its matrices among them, one matrix after the other, as a decode step does. */
    private final class Pass implements Step {
        private final List<List<PackedMatrix>> weights;
        private final Part part;

        Pass(List<List<PackedMatrix>> weights, Part part) {
            this.part = part;
            this.weights = weights.stream()
                    .map(shard -> first(shard, MAX_BYTES / weights.size()))
                    .toList();
        }

        /** The first matrices that together have at least {@code bytes} bytes. */
        private static List<PackedMatrix> first(List<PackedMatrix> all, long bytes) {
            long total = 0;
            int count = 0;
            while (count < all.size() && total < bytes) {
                total += all.get(count++).data().byteSize();
            }
            return all.subList(0, count);
        }

        /** A sum over the matrices of all shards. */
        double sum(ToDoubleFunction<PackedMatrix> number) {
            return weights.stream().flatMap(List::stream).mapToDouble(number).sum();
        }

        @Override
        public void run(int worker, int workers, Barrier barrier) {
            TeamLayout layout = team.layout();
            int shard = layout.shard(worker);
            int place = layout.place(worker);
            int sharing = layout.workers(shard, workers);
            for (PackedMatrix matrix : weights.get(shard)) {
                int panels = matrix.panels();
                part.run(matrix, Step.share(place, sharing, panels), Step.share(place + 1, sharing, panels), worker);
            }
        }
    }

    /** Every worker prepares the same rows, or multiplies them by the same few panels, repeatedly. */
    private final class Multiplying implements Step {
        private final PackedMatrix weights;
        private final int rows;
        private final int most;
        private final Rows x;
        private final Rows[] ys;
        private IntConsumer call = this::prepare;
        private int times;

        Multiplying(PackedMatrix weights, int rows) {
            this.weights = weights;
            this.rows = rows;
            long fitting = Math.max(MIN_PANELS, CACHED_BYTES / weights.panelBytes());
            this.most = (int) Math.min(weights.panels(), fitting / MIN_PANELS * MIN_PANELS);
            this.x = Rows.allocate(rows, weights.cols());
            this.ys = eachWorkers(rows, most * PackedMatrix.LANES);
        }

        @Override
        public void run(int worker, int workers, Barrier barrier) {
            for (int i = 0; i < times; i++) {
                call.accept(worker);
            }
        }

        void prepare(int worker) {
            kernels.prepareDecode(weights, x, 0, rows, scratches[worker]);
        }

        void multiply(int worker) {
            kernels.decodePanels(weights, x, ys[worker], 0, rows, 0, most, scratches[worker]);
        }
    }

    /** The workers of a shard quantize some rows of a prompt together, and each multiplies all of them by the same weights. */
    private final class PromptMultiplying implements Step, AutoCloseable {
        private final NativeMemory rowsMemory = new NativeMemory();
        private final PackedMatrix weights;
        private final int rows;
        private final PromptForm form;
        private final Rows x;
        private final Rows[] ys;

        /** Each worker's view of its shard's rows; none if they stay as they are. */
        private final PromptRows[] quantized;

        PromptMultiplying(PackedMatrix weights, int rows) {
            this.weights = weights;
            this.rows = rows;
            this.form = kernels.promptForm(weights);
            this.x = Rows.allocate(rows, weights.cols());
            this.ys = eachWorkers(rows, weights.panels() * PackedMatrix.LANES);
            this.quantized = form == PromptForm.PLAIN ? new PromptRows[0] : quantized();
        }

        private PromptRows[] quantized() {
            long elements = PromptRows.elements(rows, weights.cols());
            long bytes = kernels.promptBytes(Set.of(weights.packing()), elements);
            List<PromptRows> shards = Stream.generate(() -> PromptRows.allocate(rowsMemory.part(), bytes))
                    .limit(team.layout().shards())
                    .toList();
            return IntStream.range(0, team.workers())
                    .mapToObj(worker -> shards.get(team.layout().shard(worker)).share())
                    .toArray(PromptRows[]::new);
        }

        @Override
        public void run(int worker, int workers, Barrier barrier) {
            Scratch scratch = scratches[worker];
            if (form == PromptForm.PLAIN) {
                kernels.prefillLinear(weights, x, ys[worker], 0, rows, 0, weights.panels(), scratch);
                return;
            }
            TeamLayout layout = team.layout();
            int place = layout.place(worker);
            int sharing = layout.workers(layout.shard(worker), workers);
            int from = Step.share(place, sharing, rows);
            int to = Step.share(place + 1, sharing, rows);
            kernels.quantize(form, x, rows, from, to, quantized[worker], scratch);
            barrier.awaitShard();
            kernels.prefillLinear(weights, quantized[worker], ys[worker], 0, rows, 0, weights.panels(), scratch);
        }

        @Override
        public void close() {
            rowsMemory.close();
        }
    }
}
