package io.baseload.engine.weights;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.tensor.PackedMatrix;
import java.util.concurrent.CancellationException;

/** Reports how much of a model is in its place. Whoever requests a matrix has put all those before it in their places. */
public final class ReportedWeights implements Weights {
    private final Weights weights;
    private final long total;
    private final ByteProgress progress;
    private long done;

    /** @param total size of all matrices that will be requested, in bytes */
    public ReportedWeights(Weights weights, long total, ByteProgress progress) {
        this.weights = weights;
        this.total = total;
        this.progress = progress;
    }

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        report();
        PackedMatrix matrix = weights.matrix(name, rows, cols);
        done += PackedMatrix.bytes(matrix.packing(), rows, cols);
        return matrix;
    }

    @Override
    public float[] vector(String name, int length) {
        return weights.vector(name, length);
    }

    /**
     * Reports the matrices so far; to be called after the last.
     *
     * @throws CancellationException if the load was cancelled
     */
    public void report() {
        if (!progress.at(done, total)) {
            throw new CancellationException("cancelled after " + done + " bytes");
        }
    }
}
