package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.AttentionCode.NEXT_KEYS;
import static io.baseload.engine.kernel.AttentionCode.NEXT_VALUES;
import static io.baseload.engine.kernel.AttentionCode.QUERY_BYTES;
import static io.baseload.engine.kernel.AttentionCode.QUERY_TABLE;
import static io.baseload.engine.kernel.AttentionCode.SCORE_STRIDE;
import static io.baseload.engine.kernel.AttentionCode.VALUES;
import static io.baseload.engine.kv.KvPages.TOKENS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kernel.AttentionCode.Operands;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.MachineCode;
import io.baseload.engine.platform.VectorInstructions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A span of {@link Attention} in machine code, a few queries at a time: their scores and weights stay in L1. Keys and values that a prompt's rows share are widened first and stay in L2; a single
 * row reads them from their pages. One thread's memory for it.
 *
 * <p>The results are those of {@link AttentionKernel}, bit for bit. A wrong address would end the process, so all of them are computed here, from pages and rows whose sizes are checked.
 */
final class AttentionTile {
    private static final int SPAN = Attention.SPAN;
    private static final int LINE = 64;

    private static final Map<Size, MachineCode> SCORES = new ConcurrentHashMap<>();
    private static final Map<Size, MachineCode> MIXES = new ConcurrentHashMap<>();
    private static final Map<VectorInstructions, MachineCode> WEIGHTS = new ConcurrentHashMap<>();

    /** A number of queries, and what keys or values are: their numbers and their width. */
    private record Size(VectorInstructions set, Operands operands, int queries, int dim) {}

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
    private final Map<Operands, @Nullable MachineCode[]> scoring = new EnumMap<>(Operands.class);

    private final Map<Operands, @Nullable MachineCode[]> mixing = new EnumMap<>(Operands.class);
    private final MachineCode weights;

    /** @param widened memory for keys and values of a span */
    AttentionTile(VectorInstructions set, int keyDim, int valueDim, MemorySegment widened) {
        this.set = set;
        this.maxQueries = AttentionCode.maxQueries(set);
        this.weights = WEIGHTS.computeIfAbsent(
                set, key -> MachineCode.of(new AttentionCode(key, Operands.CACHED_FLOATS).weights()));
        for (Operands operands : Operands.values()) {
            scoring.put(operands, new MachineCode[maxQueries + 1]);
            mixing.put(operands, new MachineCode[maxQueries + 1]);
        }
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

    /** Whether rows can be computed in this way: values must be whole vectors. */
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
        Operands operands = operands(attention, endRow - row);
        int endPage = Math.ceilDiv(tokens, TOKENS);
        int after = endPage * TOKENS < attention.ends()[row] ? endPage : first;
        readPages(attention, operands, pages, first, endPage - first, after, head, scratch);
        parameters.set(JAVA_FLOAT, AttentionCode.SCALE, attention.options().scale());
        int all = 0;
        for (int h = head; h < endHead; h++) {
            for (int r = row; r < endRow; r++, all++) {
                froms[all] = attention.first(r, span);
                ends[all] = attention.end(r, span);
                starts[all] = attention.q().at(r) + h * keyDim;
            }
        }
        int most = Math.ceilDiv(all, Math.ceilDiv(all, maxQueries));
        for (int i = 0; i < all; i += most) {
            tile(attention, operands, span * SPAN, first, i, Math.min(most, all - i), scratch);
        }
    }

    /** A prompt's rows share keys and values, which are therefore widened once. A single row reads them from the pages. */
    private static Operands operands(Attention attention, int rows) {
        return switch (attention.kv().layout().precision()) {
            case F32 -> rows == 1 ? Operands.FLOATS : Operands.CACHED_FLOATS;
            case F16 -> rows == 1 ? Operands.HALVES : Operands.CACHED_FLOATS;
            case Q8 -> Operands.CACHED_FLOATS;
        };
    }

    /** @param after the page that is read next */
    private void readPages(
            Attention attention,
            Operands operands,
            int[] pages,
            int first,
            int count,
            int after,
            int head,
            Scratch scratch) {
        KvPages kv = attention.kv();
        MachineCode.requireAlive(kv.data(), "the pages");
        int last = Objects.checkIndex(count - 1, keys.length);
        int layer = attention.layer();
        int kvHead = head / attention.group();
        boolean widened = kv.layout().precision() != KvPrecision.F32 && operands != Operands.HALVES;
        for (int i = 0; i < count; i++) {
            long keyAt = kv.keys(pages[first + i], layer, kvHead);
            long valueAt = kv.values(pages[first + i], layer, kvHead);
            if (widened) {
                MemorySegment key = KvWidening.keys(kv, keyAt, keys[i], scratch);
                MemorySegment value = KvWidening.values(kv, valueAt, values[i], scratch);
                enter(i, key.address(), value.address());
            } else {
                Objects.checkFromIndexSize(
                        keyAt, kv.layout().keyBytes(), kv.data().byteSize());
                Objects.checkFromIndexSize(
                        valueAt, kv.layout().valueBytes(), kv.data().byteSize());
                enter(i, kv.data().address() + keyAt, kv.data().address() + valueAt);
            }
        }
        // After the last keys come the first values, and after the last values the next span's keys.
        parameters.set(JAVA_LONG, page(last) + NEXT_KEYS, parameters.get(JAVA_LONG, page(0) + VALUES));
        parameters.set(JAVA_LONG, page(last) + NEXT_VALUES, kv.data().address() + kv.keys(pages[after], layer, kvHead));
    }

    /** Enters the addresses of a page's keys and values, also as those that are read after the page before. */
    private void enter(int i, long keys, long values) {
        parameters.set(JAVA_LONG, page(i), keys);
        parameters.set(JAVA_LONG, page(i) + VALUES, values);
        if (i > 0) {
            parameters.set(JAVA_LONG, page(i - 1) + NEXT_KEYS, keys);
            parameters.set(JAVA_LONG, page(i - 1) + NEXT_VALUES, values);
        }
    }

    private static long page(int i) {
        return AttentionCode.PAGE_TABLE + (long) i * AttentionCode.PAGE_BYTES;
    }

    /** Some queries, from number {@code query} on. */
    private void tile(
            Attention attention, Operands operands, int spanStart, int first, int query, int count, Scratch scratch) {
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
            parameters.set(
                    JAVA_LONG, page(page + i) + AttentionCode.PAGE_TOKENS, Math.min(TOKENS, end - start - i * TOKENS));
        }
        parameters.set(JAVA_LONG, AttentionCode.FIRST_PAGE, parameters.address() + page(page));
        parameters.set(JAVA_LONG, AttentionCode.PAGES, pages);
        parameters.set(JAVA_LONG, AttentionCode.SEEING, seeing);
        parameters.set(JAVA_LONG, AttentionCode.SCORES, scores.address() + bytes(1, start - spanStart));
        scoring(operands, count).call(parameters.address());
        if (attention.options().softCap() > 0) {
            softCap(attention.options().softCap(), query, count, scratch);
        }
        weights.call(parameters.address());
        finishWeights(start - spanStart, end - spanStart, spanStart, query, count, scratch.part);
        mixing(operands, count).call(parameters.address());
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

    private MachineCode scoring(Operands operands, int count) {
        @Nullable MachineCode[] codes = Objects.requireNonNull(scoring.get(operands));
        MachineCode code = codes[count];
        if (code == null) {
            code = SCORES.computeIfAbsent(
                    new Size(set, operands, count, keyDim),
                    size -> MachineCode.of(new AttentionCode(size.set, size.operands).scores(size.queries, size.dim)));
            codes[count] = code;
        }
        return code;
    }

    private MachineCode mixing(Operands operands, int count) {
        @Nullable MachineCode[] codes = Objects.requireNonNull(mixing.get(operands));
        MachineCode code = codes[count];
        if (code == null) {
            code = MIXES.computeIfAbsent(
                    new Size(set, operands, count, valueDim),
                    size -> MachineCode.of(new AttentionCode(size.set, size.operands).mix(size.queries, size.dim)));
            codes[count] = code;
        }
        return code;
    }
}
