package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** The sum of each block of x, which minimums are multiplied by: 16 lanes, added in halves. */
final class BlockSums {
    private static final VectorShuffle<Float> BY_8 = VectorShuffle.fromOp(FLOATS, i -> (i + 8) % L);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.fromOp(FLOATS, i -> (i + 4) % L);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(FLOATS, i -> (i + 2) % L);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.fromOp(FLOATS, i -> (i + 1) % L);

    private BlockSums() {}

    static void of(PackedMatrix w, Rows x, int from, int rows, float[] sums) {
        if (w.packing().codes().coded()) {
            for (int r = 0; r < rows; r++) {
                row(x.data(), x.at(from + r), w.blocks(), w.packing().block(), sums, r * w.blocks());
            }
        }
    }

    private static void row(float[] x, int xAt, int blocks, int size, float[] sums, int at) {
        for (int b = 0; b < blocks; b++) {
            FloatVector v0 = FloatVector.zero(FLOATS), v1 = v0, v2 = v0, v3 = v0;
            for (int i = xAt + size * b, end = i + size; i < end; i += LANES) {
                v0 = v0.add(FloatVector.fromArray(FLOATS, x, i));
                if (PARTS >= 2) {
                    v1 = v1.add(FloatVector.fromArray(FLOATS, x, i + L));
                }
                if (PARTS == 4) {
                    v2 = v2.add(FloatVector.fromArray(FLOATS, x, i + 2 * L));
                    v3 = v3.add(FloatVector.fromArray(FLOATS, x, i + 3 * L));
                }
            }
            FloatVector v = switch (PARTS) {
                case 1 -> v0.add(v0.rearrange(BY_8));
                case 2 -> v0.add(v1);
                default -> v0.add(v2).add(v1.add(v3));
            };
            if (L >= 8) {
                v = v.add(v.rearrange(BY_4));
            }
            v = v.add(v.rearrange(BY_2));
            sums[at + b] = v.add(v.rearrange(BY_1)).lane(0);
        }
    }
}
