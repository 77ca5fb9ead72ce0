package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.MANY_REGISTERS;

import io.baseload.engine.kv.KvPages;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Attention of up to 12 queries that share the keys and values of one KV head: the heads of one row, or consecutive rows of one head. Scores and mixed values are
 * both products of a few rows with a matrix, so both are {@link Tile}s, page by page.
 */
final class AttentionKernel {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final int KEY_STRIDE = 4 * KvPages.TOKENS;

    private AttentionKernel() {}

    /**
     * Queries {@code i < queries}, at {@code qAt + i · qStride}, each over tokens {@code visible[row + i · advance] … position + i · advance}.
     *
     * @param advance 1 if the queries are consecutive tokens of one head, 0 if they are heads of one token
     * @param row row of the first query
     * @param head head of the first query
     */
    static void run(
            KvPages kv,
            int layer,
            int kvHead,
            int[] pages,
            int position,
            int advance,
            int[] visible,
            int row,
            int queries,
            float[] q,
            int qAt,
            int qStride,
            float[] out,
            int outAt,
            int outStride,
            AttentionOptions options,
            int head,
            Scratch scratch) {
        int most = MANY_REGISTERS ? Scratch.QUERIES : Scratch.QUERIES / 2;
        for (int i = 0; i < queries; i += most) {
            int n = Math.min(most, queries - i);
            int tokens = position + (i + n - 1) * advance + 1;
            int from = firstPage(visible, row + i * advance, advance == 0 ? 1 : n) * KvPages.TOKENS;
            boolean ahead = advance == 0;
            scores(kv, layer, kvHead, pages, from, tokens, ahead, n, q, qAt + i * qStride, qStride, scratch);
            for (int j = i; j < i + n; j++) {
                int first = visible[row + j * advance];
                int end = position + j * advance + 1;
                float sink = options.sink(head + j * (1 - advance));
                softmax(scratch, j - i, from, first, end, tokens, options, sink);
            }
            mix(kv, layer, kvHead, pages, from, tokens, ahead, n, out, outAt + i * outStride, outStride, scratch);
        }
    }

    /** The first page that any of these rows sees; those before are never read. */
    private static int firstPage(int[] visible, int row, int rows) {
        int first = visible[row];
        for (int i = 1; i < rows; i++) {
            first = Math.min(first, visible[row + i]);
        }
        return first / KvPages.TOKENS;
    }

    private static void scores(
            KvPages kv,
            int layer,
            int kvHead,
            int[] pages,
            int start,
            int tokens,
            boolean ahead,
            int queries,
            float[] q,
            int qAt,
            int qStride,
            Scratch scratch) {
        int stride = scratch.scoresStride;
        for (int j = 0; j < queries; j++) {
            int at = j * stride;
            Arrays.fill(scratch.scores, at + start, at + Math.ceilDiv(tokens, KvPages.TOKENS) * KvPages.TOKENS, 0f);
        }
        int first = start / KvPages.TOKENS;
        for (int page = first; page * KvPages.TOKENS < tokens; page++) {
            if (ahead) {
                readAhead(kv, kv.keys(0, layer, kvHead), kv.layout().keyBytes(), pages, first, page, tokens, scratch);
            }
            long at = kv.keys(pages[page], layer, kvHead);
            MemorySegment widened = KvWidening.keys(kv, at, scratch);
            long keys = KvWidening.start(kv, at);
            for (int t = 0; t < KvPages.TOKENS; t += 2 * L) {
                Tile.any(
                        widened,
                        keys + 4L * t,
                        KEY_STRIDE,
                        kv.layout().keyDim(),
                        q,
                        qAt,
                        qStride,
                        queries,
                        scratch.scores,
                        page * KvPages.TOKENS + t,
                        stride);
            }
        }
    }

    /**
     * Fetches keys or values of some pages at once, every time that those before are used up.
     *
     * @param at where they begin in page 0
     * @param bytes how many a page has
     */
    private static void readAhead(
            KvPages kv, long at, long bytes, int[] pages, int first, int page, int tokens, Scratch scratch) {
        int count = (int) Math.max(1, ReadAhead.BYTES / bytes);
        if ((page - first) % count == 0) {
            int end = Math.min(page + count, Math.ceilDiv(tokens, KvPages.TOKENS));
            for (int p = page; p < end; p++) {
                ReadAhead.fetch(kv.data(), at + kv.keys(pages[p], 0, 0), bytes, scratch);
            }
        }
    }

    /** Scores of tokens {@code first … end} to e^(score − maximum), with zeros from {@code start} and up to {@code tokens}; keeps 1 / their sum. */
    private static void softmax(
            Scratch scratch,
            int query,
            int start,
            int first,
            int end,
            int tokens,
            AttentionOptions options,
            float sink) {
        int at = query * scratch.scoresStride;
        float[] scores = scratch.scores;
        RowKernels.multiply(scores, at + first, end - first, options.scale());
        if (options.softCap() > 0) {
            Tanh.softCap(scores, at + first, end - first, options.softCap());
        }
        float max = Math.max(sink, RowKernels.max(scores, at + first, end - first));
        RowKernels.exponentials(scores, at + first, end - first, max);
        Arrays.fill(scores, at + start, at + first, 0f);
        Arrays.fill(scores, at + end, at + tokens, 0f);
        float sum = RowKernels.sum(scores, at + start, end - start, scratch.lanes);
        scratch.factors[query] = 1 / (sum + Exp.exp(sink - max));
    }

    private static void mix(
            KvPages kv,
            int layer,
            int kvHead,
            int[] pages,
            int start,
            int tokens,
            boolean ahead,
            int queries,
            float[] out,
            int outAt,
            int outStride,
            Scratch scratch) {
        int dim = kv.layout().valueDim();
        int tiled = dim / (2 * L) * 2 * L;
        for (int j = 0; j < queries; j++) {
            Arrays.fill(out, outAt + j * outStride, outAt + j * outStride + dim, 0f);
        }
        int first = start / KvPages.TOKENS;
        for (int page = first; page * KvPages.TOKENS < tokens; page++) {
            if (ahead) {
                readAhead(
                        kv, kv.values(0, layer, kvHead), kv.layout().valueBytes(), pages, first, page, tokens, scratch);
            }
            long at = kv.values(pages[page], layer, kvHead);
            MemorySegment widened = KvWidening.values(kv, at, scratch);
            long values = KvWidening.start(kv, at);
            int from = page * KvPages.TOKENS;
            int depth = Math.min(KvPages.TOKENS, tokens - from);
            for (int d = 0, width; d < tiled; d += width) {
                width = queries <= 3 && tiled - d >= 4 * L ? 4 * L : 2 * L;
                mixTile(widened, values + 4L * d, dim, depth, width, queries, from, out, outAt + d, outStride, scratch);
            }
            mixRest(widened, values, dim, tiled, from, depth, queries, out, outAt, outStride, scratch);
        }
        for (int j = 0; j < queries; j++) {
            RowKernels.multiply(out, outAt + j * outStride, dim, scratch.factors[j]);
        }
    }

    private static void mixTile(
            MemorySegment data,
            long values,
            int dim,
            int depth,
            int width,
            int queries,
            int from,
            float[] out,
            int outAt,
            int outStride,
            Scratch scratch) {
        long stride = 4L * dim;
        int scores = scratch.scoresStride;
        if (width == 4 * L) {
            Tile.three(data, values, stride, depth, scratch.scores, from, scores, queries, out, outAt, outStride);
        } else {
            Tile.any(data, values, stride, depth, scratch.scores, from, scores, queries, out, outAt, outStride);
        }
    }

    /** The last elements of a head whose size is no multiple of two vectors. */
    private static void mixRest(
            MemorySegment data,
            long values,
            int dim,
            int first,
            int from,
            int depth,
            int queries,
            float[] out,
            int outAt,
            int outStride,
            Scratch scratch) {
        for (int j = 0; j < queries; j++) {
            for (int d = first; d < dim; d++) {
                float sum = out[outAt + j * outStride + d];
                for (int t = 0; t < depth; t++) {
                    float weight = scratch.scores[j * scratch.scoresStride + from + t];
                    sum = Math.fma(weight, data.get(FLOAT, values + 4L * (t * dim + d)), sum);
                }
                out[outAt + j * outStride + d] = sum;
            }
        }
    }
}
