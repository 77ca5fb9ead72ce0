package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.platform.Bf16Products.MAX_ROWS;
import static io.baseload.engine.platform.Bf16Products.WIDTH;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.baseload.engine.platform.Bf16Products;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * A linear layer for prompt rows as {@link Bf16Format} defines it, one worker's part: strips of 64 outputs, one chunk of columns after the other. The strip's weights are converted once for up to
 * 512 rows, and the library multiplies.
 */
final class Bf16Linear {
    /** Whether these kernels can run here. */
    static final boolean USABLE = Bf16Products.kind().isPresent() && L >= 8;

    private final Bf16Format format;
    private final Bf16Products products;
    private final Bf16Conversion conversion;

    /** @param cols the most columns of a weight matrix */
    Bf16Linear(Bf16Format format, int cols) {
        this.format = format;
        products = new Bf16Products(format.depth(cols));
        conversion = new Bf16Conversion(format, cols);
    }

    /** The heap of such an object: the parts of a row. */
    static long heapBytes(Bf16Format format, int cols) {
        return (format.terms() > 1 ? 2L : 1L) * cols * Short.BYTES;
    }

    void convert(Rows x, int from, int to, PromptRows out) {
        conversion.rows(x, from, to, out);
    }

    void multiply(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        products.begin();
        for (int row = from; row < to; row += MAX_ROWS) {
            for (int c = 0; c < format.chunks(w.cols()); c++) {
                chunk(w, x, y, row, Math.min(to, row + MAX_ROWS), firstPanel, endPanel, c, scratch);
            }
        }
    }

    private void chunk(
            PackedMatrix w,
            PromptRows x,
            Rows y,
            int from,
            int to,
            int firstPanel,
            int endPanel,
            int c,
            Scratch scratch) {
        int depth = format.terms() * format.columns(w.cols(), c);
        for (int panel = firstPanel; panel < endPanel; panel += WIDTH / LANES) {
            int panels = Math.min(WIDTH / LANES, endPanel - panel);
            conversion.weights(w, panel, panels, c, scratch, products.weights());
            int outputs = Math.min(panels * LANES, w.rows() - panel * LANES);
            for (int row = from, rows; row < to; row += rows) {
                rows = products.multiply(x.codes, x.at(format, c, row), to - row, depth);
                int at = y.at(row) + panel * LANES;
                if (outputs < WIDTH) {
                    addSome(rows, outputs, c == 0, y.data(), at, y.stride());
                } else if (c == 0) {
                    store(rows, y.data(), at, y.stride());
                } else {
                    add(rows, y.data(), at, y.stride());
                }
            }
        }
    }

    private void store(int rows, float[] y, int at, int stride) {
        MemorySegment sums = products.sums();
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < WIDTH; i += L) {
                FloatVector.fromMemorySegment(FLOATS, sums, 4L * (r * WIDTH + i), LITTLE_ENDIAN)
                        .intoArray(y, at + r * stride + i);
            }
        }
    }

    private void add(int rows, float[] y, int at, int stride) {
        MemorySegment sums = products.sums();
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < WIDTH; i += L) {
                FloatVector.fromMemorySegment(FLOATS, sums, 4L * (r * WIDTH + i), LITTLE_ENDIAN)
                        .add(FloatVector.fromArray(FLOATS, y, at + r * stride + i))
                        .intoArray(y, at + r * stride + i);
            }
        }
    }

    /** A matrix's last strip. */
    private void addSome(int rows, int outputs, boolean first, float[] y, int at, int stride) {
        MemorySegment sums = products.sums();
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < outputs; i++) {
                float sum = sums.getAtIndex(JAVA_FLOAT, (long) r * WIDTH + i);
                y[at + r * stride + i] = first ? sum : y[at + r * stride + i] + sum;
            }
        }
    }
}
