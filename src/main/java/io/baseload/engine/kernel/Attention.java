package io.baseload.engine.kernel;

import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;

/**
 * softmax(q·K)·V of one layer, one span of tokens at a time. Each span yields a part for each query: the largest score, the sum of e^(score − largest) and the values weighted with these
 * terms ({@link Kernels#attend}). {@link OnlineSoftmax} adds up parts in the order of the spans, so scores need memory for one span only, however long the context is.
 *
 * <p>Spans begin at multiples of {@link #SPAN} in the sequence. So a row's bits depend only on the row: not on the number of workers that share its spans, nor on whether it belongs to a
 * prompt. All heads that share keys and values, and some rows of a prompt, read each page together.
 *
 * <p>Query head h shares the keys and values of KV head h / {@link #group}.
 *
 * @param visible the first position that each row of a step sees: 0, or max(0, position − W + 1) with a sliding window of W tokens
 * @param ends the end (exclusive) of the positions that each row of a step sees: position + 1 in causal attention, the text's length if rows see the whole text
 * @param q queries, with adjacent heads
 * @param out receives the weighted values, with adjacent heads
 */
public record Attention(KvPages kv, int layer, AttentionOptions options, int[] visible, int[] ends, Rows q, Rows out) {
    /** Tokens of a span. */
    public static final int SPAN = 256;

    /** The most heads that read keys and values together. */
    public static final int MAX_HEADS = 12;

    /** Rows of a prompt that read them together if there are many heads. */
    public static final int MIN_ROWS = 12;

    /** With fewer heads there are several times as many rows, so that about 96 queries read keys and values together. */
    private static final int MANY_HEADS = 8;

    /** The most queries that do, heads times {@link #rows}: 12·⌊8/g⌋·g ≤ 96 for g ≤ 8 heads, 12·12 beyond. */
    public static final int MAX_QUERIES = MIN_ROWS * MAX_HEADS;

    /** The ends of consecutive tokens in causal attention, the first one at {@code position}. */
    public static int[] causal(int position, int rows) {
        int[] ends = new int[rows];
        Arrays.setAll(ends, row -> position + row + 1);
        return ends;
    }

    int keyDim() {
        return kv.layout().keyDim();
    }

    int valueDim() {
        return kv.layout().valueDim();
    }

    /** Query heads that share a KV head. */
    public int group() {
        return q.width() / keyDim() / kv.layout().kvHeads();
    }

    /** The most rows of a prompt that read keys and values together. */
    public int rows() {
        return rows(group());
    }

    /** The same if so many heads share keys and values. */
    public static int rows(int group) {
        return MIN_ROWS * Math.max(1, MANY_HEADS / group);
    }

    /** The first span with tokens that a row sees. */
    public int firstSpan(int row) {
        return visible[row] / SPAN;
    }

    /** End of the spans that a row sees. */
    public int endSpan(int row) {
        return (ends[row] - 1) / SPAN + 1;
    }

    /** The first token of a span that a row sees. */
    int first(int row, int span) {
        return Math.max(visible[row], span * SPAN);
    }

    /** End of the tokens of a span that a row sees; before {@link #first} if it sees none. */
    int end(int row, int span) {
        return Math.min(ends[row], (span + 1) * SPAN);
    }

    /**
     * Computes rows {@code from … to}, tokens of one sequence, over all that they see, for heads {@code firstHead … endHead}.
     */
    public void run(Kernels kernels, int[] pages, int from, int to, int firstHead, int endHead, Scratch scratch) {
        for (int row = from, endRow; row < to; row = endRow) {
            endRow = Math.min(to, row + rows());
            for (int head = firstHead, end; head < endHead; head = end) {
                end = endOfGroup(head, endHead);
                tile(kernels, pages, row, endRow, head, end, scratch);
            }
        }
    }

    /** Computes rows and heads that read keys and values together. */
    private void tile(Kernels kernels, int[] pages, int row, int endRow, int head, int endHead, Scratch scratch) {
        begin(row, endRow, head, endHead, scratch);
        for (int span = firstSpan(row, endRow); span < endSpan(row, endRow); span++) {
            kernels.attend(this, pages, span, row, endRow, head, endHead, scratch);
            add(kernels, span, row, endRow, head, endHead, scratch);
        }
        finish(row, endRow, head, endHead, scratch);
    }

    private int firstSpan(int row, int endRow) {
        int first = firstSpan(row);
        for (int i = row + 1; i < endRow; i++) {
            first = Math.min(first, firstSpan(i));
        }
        return first;
    }

    private int endSpan(int row, int endRow) {
        int end = endSpan(row);
        for (int i = row + 1; i < endRow; i++) {
            end = Math.max(end, endSpan(i));
        }
        return end;
    }

    /** End of the heads that share a KV head with the first one and fit in one pass. */
    private int endOfGroup(int head, int endHead) {
        return Math.min(Math.min(endHead, (head / group() + 1) * group()), head + MAX_HEADS);
    }

    /**
     * Computes parts of a row that several workers share: its spans {@code firstSpan … endSpan}, for heads that share a KV head.
     *
     * @param slot the row's in {@code parts}
     */
    public void keepParts(
            Kernels kernels,
            int[] pages,
            int row,
            int firstHead,
            int endHead,
            int firstSpan,
            int endSpan,
            AttentionParts parts,
            int slot,
            Scratch scratch) {
        for (int span = firstSpan; span < endSpan; span++) {
            kernels.attend(this, pages, span, row, row + 1, firstHead, endHead, scratch);
            parts.keep(slot, span - firstSpan(row), endHead - firstHead, scratch.part);
        }
    }

    /** Adds up the parts of all spans of a row that {@link #keepParts} has stored. */
    public void addParts(
            Kernels kernels, int row, int firstHead, int endHead, AttentionParts parts, int slot, Scratch scratch) {
        begin(row, row + 1, firstHead, endHead, scratch);
        for (int span = firstSpan(row); span < endSpan(row); span++) {
            parts.load(slot, span - firstSpan(row), endHead - firstHead, scratch.part);
            add(kernels, span, row, row + 1, firstHead, endHead, scratch);
        }
        finish(row, row + 1, firstHead, endHead, scratch);
    }

    private void begin(int row, int endRow, int firstHead, int endHead, Scratch scratch) {
        int rows = endRow - row;
        for (int i = 0; i < (endHead - firstHead) * rows; i++) {
            int head = firstHead + i / rows;
            scratch.softmax.begin(i, options.sink(head), out.data(), at(row + i % rows, head), valueDim());
        }
    }

    private void add(Kernels kernels, int span, int row, int endRow, int head, int endHead, Scratch scratch) {
        int rows = endRow - row;
        boolean vectors = kernels.vectors();
        for (int i = 0; i < (endHead - head) * rows; i++) {
            if (first(row + i % rows, span) < end(row + i % rows, span)) {
                int at = at(row + i % rows, head + i / rows);
                scratch.softmax.add(vectors, i, scratch.part, out.data(), at, valueDim());
            }
        }
    }

    private void finish(int row, int endRow, int firstHead, int endHead, Scratch scratch) {
        int rows = endRow - row;
        for (int i = 0; i < (endHead - firstHead) * rows; i++) {
            scratch.softmax.finish(i, out.data(), at(row + i % rows, firstHead + i / rows), valueDim());
        }
    }

    private int at(int row, int head) {
        return out.at(row) + head * valueDim();
    }
}
