package io.baseload.engine.model;

import io.baseload.engine.kv.PageTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one step, a ragged batch: for each row a token, its position and its sequence. Prefill rows come first, as chunks of consecutive tokens; decode
 * rows follow. A row's kind depends only on its token (prompt or decoded), because each kind has its own kernels. Allocated once, filled again for each step.
 */
public final class Batch {
    /** The most drafts in a step. */
    public static final int MAX_DRAFTS = 7;

    private final int[] tokens;
    private final int[] positions;
    private final int[] lengths;
    private final byte[] segments;
    private final @Nullable PageTable[] tables;
    private final int[] chunkStarts;
    private final int[] logitRows;
    private int rows;
    private int prefillRows;
    private int drafts;
    private int chunks;
    private int logits;

    /**
     * @param maxRows the most rows of a step
     * @param maxChunks the most chunks of prompts in a step
     * @param maxLogits the most rows of a step with logits
     */
    public Batch(int maxRows, int maxChunks, int maxLogits) {
        tokens = new int[maxRows];
        positions = new int[maxRows];
        lengths = new int[maxRows];
        segments = new byte[maxRows];
        tables = new PageTable[maxRows];
        chunkStarts = new int[maxChunks + 1];
        logitRows = new int[maxLogits];
    }

    public void clear() {
        Arrays.fill(tables, 0, rows, null);
        rows = 0;
        prefillRows = 0;
        drafts = 0;
        chunks = 0;
        logits = 0;
    }

    /**
     * Adds tokens {@code from … to} of a prompt as prefill rows; their pages must exist.
     *
     * @param length tokens of the whole sequence, as far as they are known
     */
    public void addPrefill(PageTable table, int[] prompt, int from, int to, int length) {
        if (rows > prefillRows) {
            throw new IllegalStateException("prefill rows come before decode rows");
        }
        for (int i = from; i < to; i++) {
            add(table, prompt[i], i, length);
        }
        prefillRows = rows;
        chunkStarts[++chunks] = rows;
    }

    /**
     * Adds a whole text, for an encoder, as a chunk of prefill rows; its pages must exist.
     *
     * @param second start of the second text if it consists of two; otherwise its end
     */
    public void addText(PageTable table, int[] text, int second) {
        int first = rows;
        addPrefill(table, text, 0, text.length, text.length);
        for (int i = 0; i < text.length; i++) {
            segments[first + i] = (byte) (i < second ? 0 : 1);
        }
    }

    /**
     * Adds a decoded token; its page must exist.
     *
     * @param length tokens of the whole sequence, as far as they are known
     */
    public void addDecode(PageTable table, int token, int position, int length) {
        add(table, token, position, length);
    }

    /** Adds a draft, a token that hasn't been chosen yet, after all other rows; its page must exist. */
    public void addDraft(PageTable table, int token, int position) {
        add(table, token, position, position + 1);
        drafts++;
    }

    private void add(PageTable table, int token, int position, int length) {
        tokens[rows] = token;
        positions[rows] = position;
        lengths[rows] = length;
        tables[rows++] = table;
    }

    /** Requests the logits of a row; returns their row in the logits. */
    public int wantLogits(int row) {
        logitRows[logits] = row;
        return logits++;
    }

    public int rows() {
        return rows;
    }

    public int rowsLeft() {
        return tokens.length - rows;
    }

    public int chunksLeft() {
        return chunkStarts.length - 1 - chunks;
    }

    int maxRows() {
        return tokens.length;
    }

    int maxLogits() {
        return logitRows.length;
    }

    int prefillRows() {
        return prefillRows;
    }

    /** The first of the drafts, which are the last rows. */
    int firstDraft() {
        return rows - drafts;
    }

    public int chunks() {
        return chunks;
    }

    /** First row of a prefill chunk; its end is the next one's start. */
    int chunkStart(int chunk) {
        return chunkStarts[chunk];
    }

    int logits() {
        return logits;
    }

    int logitRow(int i) {
        return logitRows[i];
    }

    int token(int row) {
        return tokens[row];
    }

    int segment(int row) {
        return segments[row];
    }

    int position(int row) {
        return positions[row];
    }

    /** Whether the row before it is the previous token of the same sequence. */
    boolean follows(int row) {
        return row > 0 && tables[row - 1] == tables[row] && positions[row - 1] + 1 == positions[row];
    }

    /** Tokens of the row's whole sequence. */
    int length(int row) {
        return lengths[row];
    }

    PageTable table(int row) {
        PageTable table = tables[row];
        if (table == null) {
            throw new IndexOutOfBoundsException("row " + row + " of " + rows);
        }
        return table;
    }
}
