package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.parallel.ChunkQueue;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One worker's share of its current linear layer, in chunks of panels. A worker that waits at a barrier takes over chunks from workers that it waits for, because equal shares take unequal
 * times: cores share memory, and a machine has other work. A panel's sum doesn't depend on the worker that computes it, so results are the same, bit for bit.
 *
 * <p>Invariant: the fields are written only while no chunk is open or being computed, so a worker that has taken a chunk may read them until it has finished it. When {@link #compute}
 * returns, all of the share's outputs are complete.
 */
final class LinearShare {
    /** A chunk's weights in decode: about ten microseconds' worth of one core. */
    static final int CHUNK_BYTES = 1 << 17;

    /** A multiple of the panels that kernels read side by side, and of the strips of {@code Bf16Linear}. */
    private static final int PANELS = 8;

    private final ChunkQueue queue = new ChunkQueue();
    private final int chunkBytes;
    private @Nullable Linear linear;
    private @Nullable Rows x;
    private @Nullable Rows y;
    private boolean quantized;
    private int from;
    private int decode;
    private int to;
    private int firstPanel;
    private int endPanel;
    private int chunk;

    LinearShare(int chunkBytes) {
        this.chunkBytes = chunkBytes;
    }

    /**
     * Computes panels {@code firstPanel … endPanel}, possibly with help from other workers.
     *
     * @param quantized whether prompt rows are those of {@link Worker#quantized}
     * @param decode first decode row; the prompt's are {@code from … decode}
     */
    void compute(
            Worker owner,
            Linear linear,
            Rows x,
            Rows y,
            boolean quantized,
            int from,
            int decode,
            int to,
            int firstPanel,
            int endPanel) {
        if (from == to) {
            return;
        }
        this.linear = linear;
        this.x = x;
        this.y = y;
        this.quantized = quantized;
        this.from = from;
        this.decode = decode;
        this.to = to;
        this.firstPanel = firstPanel;
        this.endPanel = endPanel;
        chunk = chunkPanels(linear.weight());
        int chunks = Math.ceilDiv(endPanel - firstPanel, chunk);
        prepare(owner, linear, x);
        if (chunks < 2 || owner.workers() == 1) {
            panels(owner, firstPanel, endPanel);
            return;
        }
        boolean complete = false;
        queue.open(chunks);
        try {
            for (int i = queue.takeFirst(); i >= 0; i = queue.takeFirst()) {
                chunk(owner, i);
            }
            queue.awaitOthers();
            complete = true;
        } finally {
            if (!complete) {
                queue.close();
            }
        }
    }

    /** If there are more decode rows than can be prepared at once, the share is a single chunk. */
    private int chunkPanels(PackedMatrix w) {
        if (to - decode > Kernels.MAX_DECODE_ROWS) {
            return Integer.MAX_VALUE;
        }
        long panels = decode > from ? 1 : Math.ceilDiv(chunkBytes, w.panelBytes());
        long least = Math.ceilDiv(w.panels(), ChunkQueue.MAX_CHUNKS);
        return Math.toIntExact(Math.ceilDiv(Math.max(panels, least), PANELS) * PANELS);
    }

    /** Computes remaining chunks for the owner; returns whether there were any. */
    boolean help(Worker helper) {
        long operator = queue.operator();
        int taken = operator < 0 ? -1 : queue.takeLast(operator);
        if (taken < 0) {
            return false;
        }
        Linear linear = Objects.requireNonNull(this.linear);
        helper.did(Operator.BARRIERS);
        boolean prepared = false;
        for (; taken >= 0; taken = queue.takeLast(operator)) {
            // a taken chunk is finished even if its helper fails; otherwise its owner would wait for it
            try {
                if (!prepared) {
                    prepare(helper, linear, Objects.requireNonNull(x));
                    prepared = true;
                }
                chunk(helper, taken);
            } finally {
                queue.finish();
            }
        }
        helper.did(linear.operator());
        return true;
    }

    private void prepare(Worker worker, Linear linear, Rows x) {
        if (prepares()) {
            worker.kernels.prepareDecode(linear.weight(), x, decode, to, worker.scratch);
        }
    }

    /** Whether there are decode rows, but few enough to be prepared once for all chunks. */
    private boolean prepares() {
        return decode < to && to - decode <= Kernels.MAX_DECODE_ROWS;
    }

    private void chunk(Worker worker, int i) {
        panels(worker, firstPanel + i * chunk, Math.min(firstPanel + (i + 1) * chunk, endPanel));
    }

    /** Computes some panels' outputs; called by a worker that has prepared the decode rows. */
    private void panels(Worker worker, int first, int end) {
        Linear linear = Objects.requireNonNull(this.linear);
        Rows x = Objects.requireNonNull(this.x);
        Rows y = Objects.requireNonNull(this.y);
        PackedMatrix w = linear.weight();
        Kernels kernels = worker.kernels;
        if (from < decode && quantized) {
            kernels.prefillLinear(w, worker.quantized, y, from, decode, first, end, worker.scratch);
        } else if (from < decode) {
            kernels.prefillLinear(w, x, y, from, decode, first, end, worker.scratch);
        }
        if (prepares()) {
            kernels.decodePanels(w, x, y, decode, to, first, end, worker.scratch);
        } else {
            kernels.decodeLinear(w, x, y, decode, to, first, end, worker.scratch);
        }
        linear.addBias(kernels, y, from, to, first, end);
    }
}
