package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.platform.Bf16Products.WIDTH;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.baseload.engine.platform.Bf16Products;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** A linear layer of plain weights for prompt rows as {@link SplitFormat} defines it, one worker's part: the weights of a strip of 64 outputs are split once for all rows, and the library multiplies. */
final class SplitLinear {
    /** Whether these kernels can run here. */
    static final boolean USABLE = Bf16Products.kind().isPresent() && L >= 8;

    private final Bf16Products products;
    private final Splitter splitter;

    /** @param cols the most columns of a weight matrix */
    SplitLinear(int cols) {
        products = new Bf16Products(SplitFormat.TERMS * padded(cols));
        splitter = new Splitter(padded(cols));
    }

    private static int padded(int cols) {
        return Math.ceilDiv(cols, Bf16Products.STEP) * Bf16Products.STEP;
    }

    /** A worker's memory outside the heap, in bytes. */
    static long nativeBytes(int cols) {
        return Bf16Products.bytes(SplitFormat.TERMS * padded(cols));
    }

    void split(Rows x, int from, int to, PromptRows out) {
        splitter.rows(x, from, to, out);
    }

    void multiply(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        products.memory().begin();
        int depth = SplitFormat.TERMS * w.cols();
        MemorySegment sums = products.memory().sums();
        for (int panel = firstPanel; panel < endPanel; panel += WIDTH / LANES) {
            int panels = Math.min(WIDTH / LANES, endPanel - panel);
            splitter.weights(w, panel, panels, scratch, products.memory().weights());
            int outputs = Math.min(panels * LANES, w.rows() - panel * LANES);
            for (int row = from, rows; row < to; row += rows) {
                rows = products.multiply(x.codes, x.splitAt(row), to - row, depth);
                int at = y.at(row) + panel * LANES;
                if (outputs == WIDTH) {
                    strip(sums, rows, y.data(), at, y.stride());
                } else {
                    copy(sums, rows, outputs, y.data(), at, y.stride());
                }
            }
        }
    }

    private static void strip(MemorySegment sums, int rows, float[] y, int at, int stride) {
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < WIDTH; v += L) {
                FloatVector.fromMemorySegment(FLOATS, sums, 4L * (r * WIDTH + v), LITTLE_ENDIAN)
                        .intoArray(y, at + r * stride + v);
            }
        }
    }

    private static void copy(MemorySegment sums, int rows, int outputs, float[] y, int at, int stride) {
        for (int r = 0; r < rows; r++) {
            MemorySegment.copy(sums, JAVA_FLOAT, 4L * WIDTH * r, y, at + r * stride, outputs);
        }
    }
}
