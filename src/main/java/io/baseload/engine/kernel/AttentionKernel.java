package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.MANY_REGISTERS;

import io.baseload.engine.kernel.generated.Tile;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A span of {@link Attention} with the Vector API. Scores and weighted values are both products of a few rows and a matrix, so both are {@link Tile}s, page by page.
 */
final class AttentionKernel {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final int KEY_STRIDE = 4 * KvPages.TOKENS;
    private static final int SPAN = Attention.SPAN;

    /** The most queries of a tile. */
    private static final int TILE = MANY_REGISTERS ? 12 : 6;

    private AttentionKernel() {}

    /**
     * {@link Kernels#attend}. The query of a head and a row has the number {@code head · rows + row}.
     *
     * @param set instructions of machine code, or null
     */
    static void span(
            Attention attention,
            @Nullable VectorInstructions set,
            int[] pages,
            int span,
            int row,
            int endRow,
            int head,
            int endHead,
            Scratch scratch) {
        int rows = endRow - row;
        int queries = (endHead - head) * rows;
        int first = Math.max(span * SPAN, firstVisible(attention.visible(), row, endRow)) / KvPages.TOKENS;
        int tokens = end(attention, row, endRow, span);
        if (set != null && AttentionTile.takes(attention, set)) {
            scratch.attentionTile(attention, set)
                    .span(attention, pages, span, first, tokens, row, endRow, head, endHead, scratch);
            return;
        }
        scores(attention, pages, first, tokens, row, endRow, head, endHead, scratch);
        for (int i = 0; i < queries; i++) {
            int from = attention.first(row + i % rows, span);
            int end = attention.end(row + i % rows, span);
            softmax(scratch, i, first * KvPages.TOKENS, from, end, tokens, attention.options());
        }
        if (attention.kv().layout().valuesInKeys()) {
            LatentMix.run(attention, pages, first, tokens, head, queries, scratch);
        } else {
            mix(attention, pages, first, tokens, rows, head, queries, scratch);
        }
    }

    /** The first token that any of these rows sees; pages before it are never read. */
    private static int firstVisible(int[] visible, int row, int endRow) {
        int first = visible[row];
        for (int i = row + 1; i < endRow; i++) {
            first = Math.min(first, visible[i]);
        }
        return first;
    }

    /** End of the tokens of a span that any of these rows sees. */
    private static int end(Attention attention, int row, int endRow, int span) {
        int end = attention.end(row, span);
        for (int i = row + 1; i < endRow; i++) {
            end = Math.max(end, attention.end(i, span));
        }
        return end;
    }

    /** Number of queries from {@code i} on that are at equal distances, as a tile needs them: heads of one row, or rows of one head. */
    private static int pass(int i, int rows, int queries) {
        return Math.min(TILE, rows == 1 ? queries - i : rows - i % rows);
    }

    private static void scores(
            Attention attention,
            int[] pages,
            int first,
            int tokens,
            int row,
            int endRow,
            int head,
            int endHead,
            Scratch scratch) {
        KvPages kv = attention.kv();
        int layer = attention.layer();
        int kvHead = head / attention.group();
        int rows = endRow - row;
        int queries = (endHead - head) * rows;
        int start = first * KvPages.TOKENS % SPAN;
        int length = Math.ceilDiv(tokens, KvPages.TOKENS) * KvPages.TOKENS - first * KvPages.TOKENS;
        for (int i = 0; i < queries; i++) {
            Arrays.fill(scratch.scores, i * SPAN + start, i * SPAN + start + length, 0f);
        }
        for (int page = first; page * KvPages.TOKENS < tokens; page++) {
            if (rows == 1) {
                prefetch(kv, kv.keys(0, layer, kvHead), kv.layout().keyBytes(), pages, first, page, tokens, scratch);
            }
            long at = kv.keys(pages[page], layer, kvHead);
            MemorySegment widened = KvWidening.keys(kv, at, scratch.widened, scratch);
            long keys = KvWidening.start(kv, at);
            int to = page * KvPages.TOKENS % SPAN;
            for (int i = 0, n; i < queries; i += n) {
                n = pass(i, rows, queries);
                pageScores(attention, widened, keys, row + i % rows, head + i / rows, rows, n, i * SPAN + to, scratch);
            }
        }
    }

    private static void pageScores(
            Attention attention,
            MemorySegment data,
            long keys,
            int row,
            int head,
            int rows,
            int queries,
            int to,
            Scratch scratch) {
        int dim = attention.keyDim();
        Rows q = attention.q();
        int stride = rows == 1 ? dim : q.stride();
        for (int t = 0; t < KvPages.TOKENS; t += 2 * L) {
            Tile.any(
                    data,
                    keys + 4L * t,
                    KEY_STRIDE,
                    dim,
                    q.data(),
                    q.at(row) + head * dim,
                    stride,
                    queries,
                    scratch.scores,
                    to + t,
                    SPAN);
        }
    }

    /**
     * Fetches keys or values of some pages at once, whenever those fetched before are used up.
     *
     * @param at their offset in page 0
     * @param bytes their size in a page
     */
    private static void prefetch(
            KvPages kv, long at, long bytes, int[] pages, int first, int page, int tokens, Scratch scratch) {
        int count = (int) Math.max(1, CachePrefetch.MAX_BYTES / bytes);
        if ((page - first) % count == 0) {
            int end = Math.min(page + count, Math.ceilDiv(tokens, KvPages.TOKENS));
            for (int p = page; p < end; p++) {
                CachePrefetch.fetch(kv.data(), at + kv.keys(pages[p], 0, 0), bytes, scratch);
            }
        }
    }

    /** Replaces scores of tokens {@code first … end} by e^(score − maximum), with zeros before them from {@code start} on and after them up to {@code tokens}; stores the maximum and the sum. */
    private static void softmax(
            Scratch scratch, int query, int start, int first, int end, int tokens, AttentionOptions options) {
        int at = query * SPAN - start / SPAN * SPAN;
        float[] scores = scratch.scores;
        if (first >= end) {
            Arrays.fill(scores, at + start, at + tokens, 0f);
            return;
        }
        RowKernels.multiply(scores, at + first, end - first, options.scale());
        if (options.softCap() > 0) {
            Tanh.softCap(scores, at + first, end - first, options.softCap());
        }
        float max = RowKernels.max(scores, at + first, end - first);
        scratch.part.maxima[query] = max;
        scratch.part.sums[query] = RowKernels.exponentials(scores, at + first, end - first, max, scratch.lanes);
        Arrays.fill(scores, at + start, at + first, 0f);
        Arrays.fill(scores, at + end, at + tokens, 0f);
    }

    private static void mix(
            Attention attention, int[] pages, int first, int tokens, int rows, int head, int queries, Scratch scratch) {
        KvPages kv = attention.kv();
        int layer = attention.layer();
        int kvHead = head / attention.group();
        int dim = attention.valueDim();
        Arrays.fill(scratch.part.mixed, 0, queries * dim, 0f);
        for (int page = first; page * KvPages.TOKENS < tokens; page++) {
            if (rows == 1) {
                prefetch(
                        kv, kv.values(0, layer, kvHead), kv.layout().valueBytes(), pages, first, page, tokens, scratch);
            }
            long at = kv.values(pages[page], layer, kvHead);
            MemorySegment widened = KvWidening.values(kv, at, scratch.widened, scratch);
            long values = KvWidening.start(kv, at);
            int from = page * KvPages.TOKENS % SPAN;
            int depth = Math.min(KvPages.TOKENS, tokens - page * KvPages.TOKENS);
            for (int i = 0, n; i < queries; i += n) {
                n = pass(i, rows, queries);
                mixPage(widened, values, dim, depth, n, i * SPAN + from, i * dim, scratch);
            }
        }
    }

    private static void mixPage(
            MemorySegment data, long values, int dim, int depth, int queries, int from, int to, Scratch scratch) {
        int tiled = dim / (2 * L) * 2 * L;
        for (int d = 0, width; d < tiled; d += width) {
            width = queries <= 3 && tiled - d >= 4 * L ? 4 * L : 2 * L;
            mixTile(data, values + 4L * d, dim, depth, width, queries, from, to + d, scratch);
        }
        mixRest(data, values, dim, tiled, depth, queries, from, to, scratch);
    }

    private static void mixTile(
            MemorySegment data,
            long values,
            int dim,
            int depth,
            int width,
            int queries,
            int from,
            int to,
            Scratch scratch) {
        long stride = 4L * dim;
        float[] mixed = scratch.part.mixed;
        if (width == 4 * L) {
            Tile.rows3Vectors4(data, values, stride, depth, scratch.scores, from, SPAN, queries, mixed, to, dim);
        } else {
            Tile.any(data, values, stride, depth, scratch.scores, from, SPAN, queries, mixed, to, dim);
        }
    }

    /** The last elements of a head whose size is not a multiple of two vectors. */
    private static void mixRest(
            MemorySegment data,
            long values,
            int dim,
            int first,
            int depth,
            int queries,
            int from,
            int to,
            Scratch scratch) {
        float[] mixed = scratch.part.mixed;
        for (int j = 0; j < queries; j++) {
            for (int d = first; d < dim; d++) {
                float sum = mixed[to + j * dim + d];
                for (int t = 0; t < depth; t++) {
                    float weight = scratch.scores[from + j * SPAN + t];
                    sum = Math.fma(weight, data.get(FLOAT, values + 4L * (t * dim + d)), sum);
                }
                mixed[to + j * dim + d] = sum;
            }
        }
    }
}
