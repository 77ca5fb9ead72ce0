package io.baseload.engine.model;

import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionParts;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.profile.Operator;

/**
 * Divides attention among the workers. The unit of work is a band: heads of one KV head that read keys and values together. Prompts: bands times some rows, assigned in turn. Decode: all
 * bands of all rows form a line, in which a band's length is its row's number of pages, and each worker gets an equal piece of the line. A piece begins and ends between two spans, so
 * several workers share a long context. The parts of such a band are stored; the worker with its first span adds them up after a barrier.
 *
 * @param parts memory for parts of split bands
 */
record PagedAttention(Attention attention, AttentionParts parts) {
    private static final int SPAN_PAGES = Attention.SPAN / KvPages.TOKENS;

    void run(Worker worker) {
        prefill(worker);
        decode(worker);
    }

    /** Number of bands of a KV head. */
    private int bandsOfGroup() {
        return Math.ceilDiv(attention.group(), Attention.MAX_HEADS);
    }

    private int bands() {
        return attention.kv().layout().kvHeads() * bandsOfGroup();
    }

    private int firstHead(int band) {
        int group = attention.group();
        return band / bandsOfGroup() * group + group * (band % bandsOfGroup()) / bandsOfGroup();
    }

    private void prefill(Worker worker) {
        Batch batch = worker.batch;
        int rows = rowsOfUnit(batch, worker.workers());
        int unit = 0;
        for (int chunk = 0; chunk < batch.chunks(); chunk++) {
            int end = batch.chunkStart(chunk + 1);
            for (int row = batch.chunkStart(chunk); row < end; row += rows) {
                int to = Math.min(row + rows, end);
                for (int band = 0; band < bands(); band++) {
                    if (unit++ % worker.workers() == worker.index()) {
                        int[] pages = batch.table(row).pages();
                        attention.run(
                                worker.kernels, pages, row, to, firstHead(band), firstHead(band + 1), worker.scratch);
                    }
                }
            }
        }
    }

    /** As many rows as read keys and values together, or fewer if some workers would have nothing to do otherwise. */
    private int rowsOfUnit(Batch batch, int workers) {
        int rows = attention.rows();
        while (rows > Attention.MIN_ROWS && units(batch, rows) < workers) {
            rows -= Attention.MIN_ROWS;
        }
        return rows;
    }

    private int units(Batch batch, int rows) {
        int units = 0;
        for (int chunk = 0; chunk < batch.chunks(); chunk++) {
            units += Math.ceilDiv(batch.chunkStart(chunk + 1) - batch.chunkStart(chunk), rows);
        }
        return units * bands();
    }

    private void decode(Worker worker) {
        Batch batch = worker.batch;
        int line = 0;
        boolean split = false;
        for (int row = batch.prefillRows(); row < batch.rows(); row++) {
            line += bands() * pages(row);
            split |= attention.endSpan(row) - attention.firstSpan(row) > 1;
        }
        piece(worker, line, false);
        if (split && worker.workers() > 1) {
            worker.did(Operator.ATTENTION);
            worker.await();
            piece(worker, line, true);
        }
    }

    private int firstPage(int row) {
        return attention.visible()[row] / KvPages.TOKENS;
    }

    /** Number of pages that a row sees. */
    private int pages(int row) {
        return (attention.ends()[row] - 1) / KvPages.TOKENS + 1 - firstPage(row);
    }

    /** Computes a worker's piece of the line, or adds up the parts of a band that begins there. */
    private void piece(Worker worker, int line, boolean adding) {
        Batch batch = worker.batch;
        int from = worker.from(line);
        int to = worker.to(line);
        int at = 0;
        for (int row = batch.prefillRows(); row < batch.rows() && at < to; row++) {
            int pages = pages(row);
            int end = Math.min(bands(), Math.ceilDiv(to - at, pages));
            for (int band = Math.max(0, (from - at) / pages); band < end; band++) {
                band(worker, line, row, band, at + band * pages, adding);
            }
            at += bands() * pages;
        }
    }

    /** @param at start of the band in the line */
    private void band(Worker worker, int line, int row, int band, int at, boolean adding) {
        Batch batch = worker.batch;
        int[] pages = batch.table(row).pages();
        int first = firstHead(band);
        int end = firstHead(band + 1);
        int firstSpan = span(row, worker.from(line) - at);
        int endSpan = span(row, worker.to(line) - at);
        boolean begins = firstSpan == attention.firstSpan(row);
        boolean ends = endSpan == attention.endSpan(row);
        if (firstSpan == endSpan || adding && (!begins || ends)) {
            return;
        }
        if (adding) {
            attention.addParts(worker.kernels, row, first, end, parts, worker.index(), worker.scratch);
        } else if (begins && ends) {
            attention.run(worker.kernels, pages, row, row + 1, first, end, worker.scratch);
        } else {
            int owner = worker.index();
            while (span(row, Step.share(owner, worker.workers(), line) - at) > attention.firstSpan(row)) {
                owner--;
            }
            attention.keepParts(
                    worker.kernels, pages, row, first, end, firstSpan, endSpan, parts, owner, worker.scratch);
        }
    }

    /** The span of a row that begins nearest to a place in its pages; outside of them, the row's first span or the end. */
    private int span(int row, int place) {
        int first = attention.firstSpan(row);
        int end = attention.endSpan(row);
        if (place <= 0) {
            return first;
        }
        if (place >= pages(row)) {
            return end;
        }
        return Math.clamp((firstPage(row) + place + SPAN_PAGES / 2) / SPAN_PAGES, first, end);
    }
}
