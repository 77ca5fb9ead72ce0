package io.baseload.engine.kernel;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kernel.generated.Tile;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compares ways to compute the last rows of a prompt by multi-head latent attention with DeepSeek's sizes; run it by its main method. It times some heads that read the latent vectors together: 12 of
 * 128, 8 of 16. One thread, by its own CPU time, the ways in turn, the fastest round of each. Arguments: the format of keys and values, by default F32; the most tokens of a context, by default
 * 4096.
 *
 * <ul>
 *   <li>absorbed: as the engine does it. Queries are mapped to the latent space, and results from it.
 *   <li>beside: the same with latent vectors stored a second time, as values, which attention's machine code can read.
 *   <li>expanded: for each head and span, keys and values are computed from latent vectors, once for all rows.
 * </ul>
 */
final class LatentBenchmark {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final double SECONDS = 1.5;
    private static final double WARM_UP_SECONDS = 8;
    private static final int MIN_ROUNDS = 5;
    private static final int LATENT = 512;
    private static final int PLAIN = 128;
    private static final int ROTATED = 64;
    private static final int VALUE = 128;
    private static final int QUERY = PLAIN + ROTATED;
    private static final int SPAN = Attention.SPAN;
    private static final int TOKENS = KvPages.TOKENS;
    private static final AttentionOptions OPTIONS = AttentionOptions.scaled((float) (1 / Math.sqrt(QUERY)));

    private final NativeMemory memory;
    private final Kernels kernels = Kernels.best();
    private final int heads;
    private final int rows;
    private final int context;
    private final int[] pages;
    private final int[] visible;
    private final int[] ends;
    private final PackedMatrix[] keys;
    private final PackedMatrix[] values;

    /** For each head first the elements that aren't rotated. */
    private final Rows raw;

    private final KvPages once;
    private final Absorbed absorbed;
    private final Absorbed besideKeys;
    private final Expanded expanded;

    /** The least seconds of each way. */
    private final double[] best = new double[3];

    private LatentBenchmark(NativeMemory memory, KvPrecision precision, int heads, int rows, int context) {
        this.memory = memory;
        this.heads = heads;
        this.rows = rows;
        this.context = context;
        pages = IntStream.range(0, context / TOKENS).toArray();
        visible = new int[rows];
        ends = Attention.causal(context - rows, rows);
        var random = new RandomWeights(7);
        keys = matrices(random, LATENT, PLAIN);
        values = matrices(random, VALUE, LATENT);
        raw = random.rows(rows, heads * QUERY);
        once = pages(precision, true);
        KvPages beside = pages(precision, false);
        Rows key = random.rows(context, ROTATED + LATENT);
        Rows latent = key.columns(ROTATED, LATENT);
        for (int t = 0; t < context; t++) {
            once.store(t / TOKENS, 0, t % TOKENS, key, latent, t);
            beside.store(t / TOKENS, 0, t % TOKENS, key, latent, t);
        }
        absorbed = new Absorbed(once);
        besideKeys = new Absorbed(beside);
        expanded = new Expanded();
    }

    public static void main(String[] args) {
        KvPrecision precision = args.length == 0 ? KvPrecision.F32 : KvPrecision.valueOf(args[0]);
        int most = args.length < 2 ? 4096 : Integer.parseInt(args[1]);
        System.out.println(Kernels.best().name() + ", keys in " + precision);
        try (NativeMemory memory = new NativeMemory()) {
            new LatentBenchmark(memory, precision, 12, 64, 512).rounds(WARM_UP_SECONDS);
        }
        for (int context = 512; context <= most; context *= 8) {
            for (int heads : new int[] {12, 8}) {
                for (int rows : new int[] {16, 64, 128, 256, 512}) {
                    try (NativeMemory memory = new NativeMemory()) {
                        new LatentBenchmark(memory, precision, heads, rows, context).compare();
                    }
                }
            }
        }
    }

    private PackedMatrix[] matrices(RandomWeights random, int outputs, int columns) {
        return Stream.generate(() -> random.matrix(memory, Packing.BF16, outputs, columns))
                .limit(heads)
                .toArray(PackedMatrix[]::new);
    }

    private KvPages pages(KvPrecision precision, boolean valuesInKeys) {
        return KvPages.allocate(
                memory, context / TOKENS, new KvLayout(1, 1, ROTATED + LATENT, LATENT, 0, precision, valuesInKeys));
    }

    private void compare() {
        rounds(SECONDS);
        System.out.printf(
                Locale.ROOT,
                "%d heads, %d rows at the end of %d: absorbed %.2f ms (mapping %.2f), beside %.2f, expanded %.2f"
                        + " (expanding %.2f); absorbed / expanded %.2f, beside / expanded %.2f; difference %.0e%n",
                heads,
                rows,
                context,
                best[0] * 1e3,
                absorbed.mapping * 1e3,
                best[1] * 1e3,
                best[2] * 1e3,
                expanded.expanding * 1e3,
                best[0] / best[2],
                best[1] / best[2],
                difference());
    }

    /** All ways in turn for so many seconds. */
    private void rounds(double seconds) {
        Runnable[] ways = {absorbed::run, besideKeys::run, expanded::run};
        Arrays.fill(best, Double.MAX_VALUE);
        long start = System.nanoTime();
        for (int round = 0; round < MIN_ROUNDS || System.nanoTime() - start < seconds * 1e9; round++) {
            for (int i = 0; i < ways.length; i++) {
                best[i] = Math.min(best[i], seconds(ways[i]));
            }
        }
    }

    /** The largest difference as a part of the largest number. */
    private double difference() {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expanded.out.data().length; i++) {
            largest = Math.max(largest, Math.abs(absorbed.out.data()[i]));
            difference = Math.max(
                    difference, Math.abs(absorbed.out.data()[i] - expanded.out.data()[i]));
        }
        return difference / largest;
    }

    private static double seconds(Runnable way) {
        double start = now();
        way.run();
        return now() - start;
    }

    private static double now() {
        return THREADS.getCurrentThreadCpuTime() / 1e9;
    }

    private void multiply(PackedMatrix w, Rows x, Rows y, int count, Scratch scratch) {
        kernels.prefillLinear(w, x, y, 0, count, 0, w.panels(), scratch);
    }

    private final class Absorbed {
        private final Scratch scratch = Scratch.allocate(memory, ROTATED + LATENT, ROTATED + LATENT, LATENT);
        private final Rows q = Rows.allocate(rows, heads * (ROTATED + LATENT));
        private final Rows mixed = Rows.allocate(rows, heads * LATENT);
        private final Rows out = Rows.allocate(rows, heads * VALUE);
        private final Attention attention;
        private double mapping = Double.MAX_VALUE;

        Absorbed(KvPages kv) {
            attention = new Attention(kv, 0, OPTIONS, visible, ends, q, mixed);
        }

        void run() {
            double start = now();
            for (int head = 0; head < heads; head++) {
                int at = head * (ROTATED + LATENT);
                for (int row = 0; row < rows; row++) {
                    int from = raw.at(row) + head * QUERY + PLAIN;
                    System.arraycopy(raw.data(), from, q.data(), q.at(row) + at, ROTATED);
                }
                Rows plain = raw.columns(head * QUERY, PLAIN);
                multiply(keys[head], plain, q.columns(at + ROTATED, LATENT), rows, scratch);
            }
            double mapped = now();
            attention.run(kernels, pages, 0, rows, 0, heads, scratch);
            double attended = now();
            for (int head = 0; head < heads; head++) {
                Rows y = out.columns(head * VALUE, VALUE);
                multiply(values[head], mixed.columns(head * LATENT, LATENT), y, rows, scratch);
            }
            mapping = Math.min(mapping, mapped - start + now() - attended);
        }
    }

    /** Spans in turn, of each all heads, so that latent vectors are read once. */
    private final class Expanded {
        private final Scratch scratch = Scratch.allocate(memory, LATENT, QUERY, VALUE);
        private final Rows out = Rows.allocate(rows, heads * VALUE);
        private final KvPages span =
                KvPages.allocate(memory, SPAN / TOKENS, new KvLayout(1, 1, QUERY, VALUE, 0, KvPrecision.F32));

        /** The page of each token's page in {@link #span}. */
        private final int[] spanPages = IntStream.range(0, context / TOKENS)
                .map(page -> page % (SPAN / TOKENS))
                .toArray();

        private final Attention[] attentions = IntStream.range(0, heads)
                .mapToObj(head -> new Attention(
                        span,
                        0,
                        OPTIONS,
                        visible,
                        ends,
                        raw.columns(head * QUERY, QUERY),
                        out.columns(head * VALUE, VALUE)))
                .toArray(Attention[]::new);

        /** Rows that read keys and values together. */
        private final int together = Attention.rows(1);

        /** Of each head, for as many rows. */
        private final OnlineSoftmax[][] sums = IntStream.range(0, heads)
                .mapToObj(head -> Stream.generate(OnlineSoftmax::new)
                        .limit(Math.ceilDiv(rows, together))
                        .toArray(OnlineSoftmax[]::new))
                .toArray(OnlineSoftmax[][]::new);

        /** Each head's key matrix, whose packed form is transposed. */
        private final Rows[] keyRows = IntStream.range(0, heads)
                .mapToObj(head -> Rows.allocate(PLAIN, LATENT))
                .toArray(Rows[]::new);

        private final float[] keyRow = new float[PLAIN];
        private final MemorySegment widened = memory.allocate(4L * TOKENS * (ROTATED + LATENT));
        private final float[] pageKeys = new float[PLAIN * TOKENS];
        private final float[] element = new float[TOKENS];
        private final Rows latents = Rows.allocate(SPAN, LATENT);
        private final Rows spanValues = Rows.allocate(SPAN, VALUE);
        private double expanding = Double.MAX_VALUE;

        void run() {
            double start = now();
            for (int head = 0; head < heads; head++) {
                unpack(head);
                for (int i = 0; i < rows; i++) {
                    Rows y = attentions[head].out();
                    sums[head][i / together].begin(i % together, OPTIONS.sink(head), y.data(), y.at(i), VALUE);
                }
            }
            double seconds = now() - start;
            for (int i = 0; i * SPAN < context; i++) {
                start = now();
                readLatents(i);
                seconds += now() - start;
                for (int head = 0; head < heads; head++) {
                    start = now();
                    expand(i, head);
                    seconds += now() - start;
                    attend(i, head);
                }
            }
            for (int head = 0; head < heads; head++) {
                for (int i = 0; i < rows; i++) {
                    Rows y = attentions[head].out();
                    sums[head][i / together].finish(i % together, y.data(), y.at(i), VALUE);
                }
            }
            expanding = Math.min(expanding, seconds);
        }

        private void unpack(int head) {
            for (int c = 0; c < LATENT; c++) {
                Panels.unpackRow(keys[head], c, keyRow, 0);
                for (int d = 0; d < PLAIN; d++) {
                    keyRows[head].data()[d * LATENT + c] = keyRow[d];
                }
            }
        }

        /** The span's latent vectors, and the rotated part of its keys, which all heads have. */
        private void readLatents(int i) {
            for (int page = 0; page < SPAN / TOKENS; page++) {
                long at = once.keys(i * SPAN / TOKENS + page, 0, 0);
                MemorySegment data = KvWidening.keys(once, at, widened, scratch);
                long from = KvWidening.start(once, at);
                long to = span.keys(page, 0, 0) + 4L * TOKENS * PLAIN;
                MemorySegment.copy(data, from, span.data(), to, 4L * TOKENS * ROTATED);
                for (int c = 0; c < LATENT; c++) {
                    MemorySegment.copy(data, FLOAT, from + 4L * TOKENS * (ROTATED + c), element, 0, TOKENS);
                    for (int t = 0; t < TOKENS; t++) {
                        latents.data()[(page * TOKENS + t) * LATENT + c] = element[t];
                    }
                }
            }
        }

        private void expand(int i, int head) {
            for (int page = 0; page < SPAN / TOKENS; page++) {
                long at = once.keys(i * SPAN / TOKENS + page, 0, 0);
                MemorySegment data = KvWidening.keys(once, at, widened, scratch);
                keys(data, KvWidening.start(once, at) + 4L * TOKENS * ROTATED, head);
                MemorySegment.copy(pageKeys, 0, span.data(), FLOAT, span.keys(page, 0, 0), PLAIN * TOKENS);
            }
            multiply(values[head], latents, spanValues, SPAN, scratch);
            for (int page = 0; page < SPAN / TOKENS; page++) {
                MemorySegment.copy(
                        spanValues.data(),
                        page * TOKENS * VALUE,
                        span.data(),
                        FLOAT,
                        span.values(page, 0, 0),
                        TOKENS * VALUE);
            }
        }

        /** A page's keys are scores of the key matrix's rows. */
        private void keys(MemorySegment data, long at, int head) {
            int tile = Lanes.MANY_REGISTERS ? 12 : 6;
            Arrays.fill(pageKeys, 0);
            for (int d = 0; d < PLAIN; d += tile) {
                int n = Math.min(tile, PLAIN - d);
                for (int t = 0; t < TOKENS; t += 2 * Lanes.L) {
                    Tile.any(
                            data,
                            at + 4L * t,
                            4L * TOKENS,
                            LATENT,
                            keyRows[head].data(),
                            d * LATENT,
                            LATENT,
                            n,
                            pageKeys,
                            d * TOKENS + t,
                            TOKENS);
                }
            }
        }

        private void attend(int i, int head) {
            Attention attention = attentions[head];
            for (int row = 0; row < rows; row += together) {
                int end = Math.min(rows, row + together);
                if (i >= attention.endSpan(end - 1)) {
                    continue;
                }
                kernels.attend(attention, spanPages, i, row, end, 0, 1, scratch);
                for (int r = row; r < end; r++) {
                    if (attention.first(r, i) < attention.end(r, i)) {
                        Rows y = attention.out();
                        sums[head][row / together].add(true, r - row, scratch.part, y.data(), y.at(r), VALUE);
                    }
                }
            }
        }
    }
}
