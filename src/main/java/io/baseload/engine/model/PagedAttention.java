package io.baseload.engine.model;

import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.Rows;

/**
 * softmax(q·K)·V over the tokens of each row's sequence, whose keys and values are in their pages. Prompt rows and heads, and the heads of decode rows, are shared
 * out among the workers.
 *
 * @param heads query heads
 * @param kvHeads heads in the pages; each serves as many query heads
 * @param visible first position that each row sees
 */
record PagedAttention(
        KvPages kv, int layer, int heads, int kvHeads, AttentionOptions options, int[] visible, Rows q, Rows out) {
    /** Prompt rows of one head that a worker attends with at once. */
    private static final int ROWS = 16;

    /** Query heads of one KV head that it attends with before it goes on to the next rows. */
    private static final int HEADS = 8;

    void run(Worker worker) {
        prefill(worker);
        decode(worker);
    }

    private void prefill(Worker worker) {
        Batch batch = worker.batch;
        int group = heads / kvHeads;
        int unit = 0;
        for (int chunk = 0; chunk < batch.chunks(); chunk++) {
            for (int row = batch.chunkStart(chunk); row < batch.chunkStart(chunk + 1); row += ROWS) {
                int to = Math.min(row + ROWS, batch.chunkStart(chunk + 1));
                for (int head = 0, end; head < heads; head = end) {
                    end = Math.min(head + HEADS, (head / group + 1) * group);
                    if (unit++ % worker.workers() == worker.index()) {
                        prefill(worker, row, to, head, end);
                    }
                }
            }
        }
    }

    private void prefill(Worker worker, int from, int to, int firstHead, int endHead) {
        worker.kernels.prefillAttention(
                kv,
                layer,
                worker.batch.table(from).pages(),
                worker.batch.position(from),
                visible,
                q,
                out,
                from,
                to,
                firstHead,
                endHead,
                options,
                worker.scratch);
    }

    /** Shares out the heads of all decode rows, counted through. */
    private void decode(Worker worker) {
        Batch batch = worker.batch;
        int units = (batch.rows() - batch.prefillRows()) * heads;
        int end = worker.to(units);
        int unit = worker.from(units);
        while (unit < end) {
            int row = batch.prefillRows() + unit / heads;
            int first = unit % heads;
            int last = Math.min(heads, first + end - unit);
            worker.kernels.decodeAttention(
                    kv,
                    layer,
                    batch.table(row).pages(),
                    batch.position(row),
                    visible,
                    q,
                    out,
                    row,
                    first,
                    last,
                    options,
                    worker.scratch);
            unit += last - first;
        }
    }
}
