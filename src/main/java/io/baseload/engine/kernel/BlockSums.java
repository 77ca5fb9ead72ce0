package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.Lanes.FLOATS;
import static io.baseload.engine.kernel.Lanes.L;
import static io.baseload.engine.kernel.Lanes.PARTS;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** The sum of each 32 consecutive elements of x, which the minimums of 4-bit weights are multiplied with: 16 lanes, added in halves. */
final class BlockSums {
    private static final VectorShuffle<Float> BY_8 = VectorShuffle.fromOp(FLOATS, i -> (i + 8) % L);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.fromOp(FLOATS, i -> (i + 4) % L);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(FLOATS, i -> (i + 2) % L);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.fromOp(FLOATS, i -> (i + 1) % L);

    private BlockSums() {}

    static void of(PackedMatrix w, Rows x, int from, int rows, float[] sums) {
        if (w.type() == ElementType.Q4_0 || w.type() == ElementType.Q4_1) {
            for (int r = 0; r < rows; r++) {
                row(x.data(), x.at(from + r), w.blocks(), sums, r * w.blocks());
            }
        }
    }

    private static void row(float[] x, int xAt, int blocks, float[] sums, int at) {
        for (int b = 0; b < blocks; b++) {
            int i = xAt + 32 * b;
            FloatVector v = FloatVector.fromArray(FLOATS, x, i).add(FloatVector.fromArray(FLOATS, x, i + 16));
            if (PARTS == 2) {
                v = v.add(FloatVector.fromArray(FLOATS, x, i + L).add(FloatVector.fromArray(FLOATS, x, i + 16 + L)));
            } else if (PARTS == 4) {
                FloatVector v1 =
                        FloatVector.fromArray(FLOATS, x, i + L).add(FloatVector.fromArray(FLOATS, x, i + 16 + L));
                FloatVector v2 = FloatVector.fromArray(FLOATS, x, i + 2 * L)
                        .add(FloatVector.fromArray(FLOATS, x, i + 16 + 2 * L));
                FloatVector v3 = FloatVector.fromArray(FLOATS, x, i + 3 * L)
                        .add(FloatVector.fromArray(FLOATS, x, i + 16 + 3 * L));
                v = v.add(v2).add(v1.add(v3));
            } else {
                v = v.add(v.rearrange(BY_8));
            }
            if (L >= 8) {
                v = v.add(v.rearrange(BY_4));
            }
            v = v.add(v.rearrange(BY_2));
            sums[at + b] = v.add(v.rearrange(BY_1)).lane(0);
        }
    }
}
