package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.tensor.PackedMatrix.LANES;

import jdk.incubator.vector.FloatVector;

/** A kernel that stays boxed where it was first called for rows shorter than a vector: C2 then makes objects of a sum that lives around the loop. */
final class ShortSums {
    private ShortSums() {}

    static float sum(float[] x, int count, float[] lanes) {
        int end = count / LANES * LANES;
        for (int part = 0; part < LANES; part += L) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = part; i < end; i += LANES) {
                sum = sum.add(FloatVector.fromArray(FLOATS, x, i));
            }
            sum.intoArray(lanes, part);
        }
        for (int i = end; i < count; i++) {
            lanes[i - end] += x[i];
        }
        return lanes[0];
    }
}
