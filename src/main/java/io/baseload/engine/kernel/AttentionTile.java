package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.AttentionCode.QUERY_BYTES;
import static io.baseload.engine.kernel.AttentionCode.QUERY_TABLE;
import static io.baseload.engine.kernel.AttentionCode.SCORE_STRIDE;
import static io.baseload.engine.kv.KvPages.TOKENS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.MachineCode;
import io.baseload.engine.platform.VectorInstructions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A span of {@link Attention} for rows of a prompt in machine code, a few queries at a time: their scores and weights stay in L1, the span's keys and values in L2. One thread's memory for it.
 *
 * <p>The results are those of {@link AttentionKernel}, bit for bit. A wrong address would end the process, so all of them are computed here, from pages and rows whose sizes are checked.
 */
final class AttentionTile {
    private static final int SPAN = Attention.SPAN;
    private static final int LINE = 64;

    private static final Map<Size, MachineCode> SCORES = new ConcurrentHashMap<>();
    private static final Map<Size, MachineCode> MIXES = new ConcurrentHashMap<>();
    private static final Map<VectorInstructions, MachineCode> WEIGHTS = new ConcurrentHashMap<>();

    /** A number of queries and the width of a key or value. */
    private record Size(VectorInstructions set, int queries, int dim) {}

    private final VectorInstructions set;
    private final int maxQueries;
    private final int keyDim;
    private final int valueDim;
    private final MemorySegment parameters;
    private final MemorySegment queries;
    private final MemorySegment scores;
    private final MemorySegment mixed;

    /** The first token of the span that each query of a call sees, and the end; after it, if it sees none. Then the index of its first element. */
    private final int[] froms = new int[Attention.MAX_QUERIES];

    private final int[] ends = new int[Attention.MAX_QUERIES];
    private final int[] starts = new int[Attention.MAX_QUERIES];

    /** The widened keys of each page of a span, and its values. */
    private final MemorySegment[] keys = new MemorySegment[SPAN / TOKENS];

    private final MemorySegment[] values = new MemorySegment[SPAN / TOKENS];

    /** For each number of queries, made when they are first needed. */
    private final @Nullable MachineCode[] scoring;

    private final @Nullable MachineCode[] mixing;
    private final MachineCode weights;

    /** @param widened memory for keys and values of a span */
    AttentionTile(VectorInstructions set, int keyDim, int valueDim, MemorySegment widened) {
        this.set = set;
        this.maxQueries = AttentionCode.maxQueries(set);
        this.scoring = new MachineCode[maxQueries + 1];
        this.mixing = new MachineCode[maxQueries + 1];
        this.weights = WEIGHTS.computeIfAbsent(set, key -> MachineCode.of(new AttentionCode(key).weights()));
        this.keyDim = keyDim;
        this.valueDim = valueDim;
        Arena arena = Arena.ofAuto();
        parameters = arena.allocate(QUERY_TABLE + (long) maxQueries * QUERY_BYTES, LINE);
        queries = arena.allocate(bytes(maxQueries, keyDim), LINE);
        scores = arena.allocate(bytes(maxQueries, SCORE_STRIDE), LINE);
        mixed = arena.allocate(bytes(maxQueries, valueDim), LINE);
        long keyBytes = bytes(TOKENS, keyDim);
        long valueBytes = bytes(TOKENS, valueDim);
        for (int page = 0; page < keys.length; page++) {
            keys[page] = widened.asSlice(page * keyBytes, keyBytes);
            values[page] = widened.asSlice(keys.length * keyBytes + page * valueBytes, valueBytes);
        }
        for (int i = 0; i < AttentionCode.NUMBERS.length * LANES; i++) {
            parameters.set(JAVA_FLOAT, AttentionCode.CONSTANTS + 4L * i, AttentionCode.NUMBERS[i / LANES]);
        }
        for (int i = 0; i < LANES; i++) {
            parameters.set(JAVA_INT, AttentionCode.MASKS + 4L * i, -1);
            parameters.set(JAVA_FLOAT, AttentionCode.PADS + 4L * (LANES + i), Float.NEGATIVE_INFINITY);
        }
        parameters.set(JAVA_LONG, AttentionCode.QUERIES, queries.address());
        parameters.set(JAVA_LONG, AttentionCode.MIXED, mixed.address());
        parameters.set(JAVA_LONG, AttentionCode.KEY_DIM, keyDim);
    }

    private static long bytes(int rows, int width) {
        return (long) Float.BYTES * rows * width;
    }

    /** Whether rows of a prompt can be computed in this way: values must be whole vectors. */
    static boolean takes(Attention attention, VectorInstructions set) {
        return !attention.kv().layout().valuesInKeys() && attention.valueDim() % (set.bits() / Float.SIZE) == 0;
    }

    boolean fits(Attention attention, VectorInstructions set) {
        return set == this.set && keyDim == attention.keyDim() && valueDim == attention.valueDim();
    }

    /**
     * {@link Kernels#attend}. The query of a head and a row has the number {@code (head − firstHead) · rows + row}.
     *
     * @param first the first page
     * @param tokens end of the tokens that any row sees
     */
    void span(
            Attention attention,
            int[] pages,
            int span,
            int first,
            int tokens,
            int row,
            int endRow,
            int head,
            int endHead,
            Scratch scratch) {
        readPages(attention, pages, first, Math.ceilDiv(tokens, TOKENS) - first, head, scratch);
        parameters.set(JAVA_FLOAT, AttentionCode.SCALE, attention.options().scale());
        int all = 0;
        for (int h = head; h < endHead; h++) {
            for (int r = row; r < endRow; r++, all++) {
                froms[all] = attention.first(r, span);
                ends[all] = attention.end(r, span);
                starts[all] = attention.q().at(r) + h * keyDim;
            }
        }
        for (int i = 0; i < all; i += maxQueries) {
            tile(attention, span * SPAN, first, i, Math.min(maxQueries, all - i), scratch);
        }
    }

    private void readPages(Attention attention, int[] pages, int first, int count, int head, Scratch scratch) {
        KvPages kv = attention.kv();
        MachineCode.requireAlive(kv.data(), "the pages");
        Objects.checkFromToIndex(0, count, keys.length);
        long keyBytes = kv.layout().keyBytes();
        long valueBytes = kv.layout().valueBytes();
        int kvHead = head / attention.group();
        for (int i = 0; i < count; i++) {
            long keyAt = kv.keys(pages[first + i], attention.layer(), kvHead);
            long valueAt = kv.values(pages[first + i], attention.layer(), kvHead);
            MemorySegment key = KvWidening.keys(kv, keyAt, keys[i], scratch);
            MemorySegment value = KvWidening.values(kv, valueAt, values[i], scratch);
            parameters.set(JAVA_LONG, page(i), address(kv, keyAt, keyBytes, key));
            parameters.set(JAVA_LONG, page(i) + 8, address(kv, valueAt, valueBytes, value));
        }
    }

    private static long page(int i) {
        return AttentionCode.PAGE_TABLE + (long) i * AttentionCode.PAGE_BYTES;
    }

    /** The address of a page's keys or values after widening: in the pages themselves, if they are F32. */
    private static long address(KvPages kv, long at, long bytes, MemorySegment widened) {
        if (kv.layout().precision() != KvPrecision.F32) {
            return widened.address();
        }
        Objects.checkFromIndexSize(at, bytes, kv.data().byteSize());
        return kv.data().address() + at;
    }

    /** Some queries, from number {@code query} on. */
    private void tile(Attention attention, int spanStart, int first, int query, int count, Scratch scratch) {
        int seeing = 0;
        int start = spanStart + SPAN;
        int end = 0;
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(attention.q().data(), starts[query + i], queries, JAVA_FLOAT, bytes(i, keyDim), keyDim);
            if (froms[query + i] < ends[query + i]) {
                see(seeing++, i, froms[query + i], ends[query + i]);
                start = Math.min(start, froms[query + i] / TOKENS * TOKENS);
                end = Math.max(end, ends[query + i]);
            }
        }
        if (seeing == 0) {
            return;
        }
        int page = start / TOKENS - first;
        int pages = Math.ceilDiv(end - start, TOKENS);
        for (int i = 0; i < pages; i++) {
            parameters.set(JAVA_LONG, page(page + i) + 16, Math.min(TOKENS, end - start - i * TOKENS));
        }
        parameters.set(JAVA_LONG, AttentionCode.FIRST_PAGE, parameters.address() + page(page));
        parameters.set(JAVA_LONG, AttentionCode.PAGES, pages);
        parameters.set(JAVA_LONG, AttentionCode.SEEING, seeing);
        parameters.set(JAVA_LONG, AttentionCode.SCORES, scores.address() + bytes(1, start - spanStart));
        scoring(count).call(parameters.address());
        if (attention.options().softCap() > 0) {
            softCap(attention.options().softCap(), query, count, scratch);
        }
        weights.call(parameters.address());
        finishWeights(start - spanStart, end - spanStart, spanStart, query, count, scratch.part);
        mixing(count).call(parameters.address());
        MemorySegment.copy(mixed, JAVA_FLOAT, 0, scratch.part.mixed, query * valueDim, count * valueDim);
    }

    /** Clears weights of tokens that a query doesn't see, between {@code start} and {@code end} in the span, and stores the results of those that it does. */
    private void finishWeights(int start, int end, int spanStart, int query, int count, AttentionPart part) {
        int seeing = 0;
        for (int i = 0; i < count; i++) {
            int from = froms[query + i] - spanStart;
            int to = ends[query + i] - spanStart;
            if (from < to) {
                long at = queryEntry(seeing++);
                part.maxima[query + i] = parameters.get(JAVA_FLOAT, at + AttentionCode.MAX);
                part.sums[query + i] = parameters.get(JAVA_FLOAT, at + AttentionCode.SUM);
                clear(i, start, from);
                clear(i, to, end);
            } else {
                clear(i, start, end);
            }
        }
    }

    private void clear(int query, int from, int end) {
        for (int t = from; t < end; t++) {
            scores.set(JAVA_FLOAT, bytes(query, SCORE_STRIDE) + bytes(1, t), 0f);
        }
    }

    private static long queryEntry(int i) {
        return QUERY_TABLE + (long) i * QUERY_BYTES;
    }

    /** Enters a query that sees tokens {@code from … end}. */
    private void see(int entry, int query, int from, int end) {
        long at = queryEntry(entry);
        int groups = (end - from - 1) / LANES;
        long address = scores.address() + bytes(query, SCORE_STRIDE) + bytes(1, from % SPAN);
        parameters.set(JAVA_LONG, at, address);
        parameters.set(JAVA_LONG, at + 8, groups);
        parameters.set(JAVA_LONG, at + 16, address + bytes(groups, LANES));
        parameters.set(JAVA_LONG, at + 24, parameters.address() + bytes(1, LANES - (end - from - groups * LANES)));
    }

    private void softCap(float cap, int query, int count, Scratch scratch) {
        for (int i = 0; i < count; i++) {
            int from = froms[query + i];
            int seen = ends[query + i] - from;
            if (seen > 0) {
                long at = bytes(i, SCORE_STRIDE) + bytes(1, from % SPAN);
                MemorySegment.copy(scores, JAVA_FLOAT, at, scratch.scores, 0, seen);
                Tanh.softCap(scratch.scores, 0, seen, cap);
                MemorySegment.copy(scratch.scores, 0, scores, JAVA_FLOAT, at, seen);
            }
        }
    }

    private MachineCode scoring(int count) {
        MachineCode code = scoring[count];
        if (code == null) {
            code = SCORES.computeIfAbsent(
                    new Size(set, count, keyDim),
                    size -> MachineCode.of(new AttentionCode(size.set).scores(size.queries, size.dim)));
            scoring[count] = code;
        }
        return code;
    }

    private MachineCode mixing(int count) {
        MachineCode code = mixing[count];
        if (code == null) {
            code = MIXES.computeIfAbsent(
                    new Size(set, count, valueDim),
                    size -> MachineCode.of(new AttentionCode(size.set).mix(size.queries, size.dim)));
            mixing[count] = code;
        }
        return code;
    }
}
