package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Scales of a group's weights as {@link PromptFormat} defines them: one for each row, and for each block the multiplier and the offset that make 8-bit integers of its codes.
 *
 * <p>A unit is a vector of rows. The multipliers of up to four are kept, each in its slot.
 */
final class PromptScales {
    /** Blocks of a group. */
    static final int MAX_BLOCKS = IntegerProducts.DEPTH / 16;

    private static final int MAX_UNITS = 4;

    private final PromptFormat format;

    /** Scales and minimums, {@code [block][2][lane]}. */
    private final float[] blockScales = new float[2 * MAX_BLOCKS * L];

    /** {@code [slot][block][lane]}; for 4-bit codes twice in an int, once for each 16-bit lane. */
    final int[] multipliers = new int[MAX_UNITS * MAX_BLOCKS * L];

    /** In the same order, with half a unit already added. */
    final int[] offsets = new int[MAX_UNITS * MAX_BLOCKS * L];

    private final float[] reach = new float[L];
    private final float[] inverse = new float[L];
    private final float[] mostCodes = new float[L];

    PromptScales(PromptFormat format) {
        this.format = format;
    }

    /** Index of the multipliers of a block. */
    static int at(int slot, int block) {
        return (slot * MAX_BLOCKS + block) * L;
    }

    /**
     * Computes those of a unit.
     *
     * @param first the group's first column
     * @param size columns of a block in this group
     * @param scales receives the scale of each row from {@code to} on
     */
    void read(PackedMatrix w, int unit, int first, int size, int blocks, int slot, float[] scales, int to) {
        ScaleVectors.read(w, unit, 1, first / w.packing().block(), blocks, blockScales);
        reach(w, unit, first, size, blocks);
        scale(scales, to);
        multipliers(w.packing().codes(), blocks, at(slot, 0));
    }

    /** The largest number that each row's blocks can contain. */
    private void reach(PackedMatrix w, int unit, int first, int size, int blocks) {
        Codes codes = w.packing().codes();
        float most = PromptFormat.most(codes);
        Arrays.fill(reach, 0);
        for (int b = 0; b < blocks; b++) {
            if (codes == Codes.I8) {
                mostCodes(w, unit, first + b * size, size);
                reachOfBytes(2 * b * L);
            } else if (codes.codebook()) {
                reachOfCodebook(2 * b * L, most);
            } else {
                reachOfIntegers(2 * b * L);
            }
        }
    }

    /** The group's scales, and their inverses in the unit in which weights are computed: 0 if all weights are 0. */
    private void scale(float[] scales, int to) {
        FloatVector most = FloatVector.fromArray(FLOATS, reach, 0);
        most.div(format.limit()).intoArray(scales, to);
        FloatVector.zero(FLOATS)
                .blend(FloatVector.broadcast(FLOATS, format.inverse(1)).div(most), most.compare(GT, 0f))
                .intoArray(inverse, 0);
    }

    private void reachOfIntegers(int at) {
        FloatVector scale = FloatVector.fromArray(FLOATS, blockScales, at);
        FloatVector minimum = FloatVector.fromArray(FLOATS, blockScales, at + L);
        FloatVector top = scale.fma(FloatVector.broadcast(FLOATS, 15f), minimum).abs();
        FloatVector.fromArray(FLOATS, reach, 0).max(minimum.abs().max(top)).intoArray(reach, 0);
    }

    private void reachOfCodebook(int at, float most) {
        FloatVector top = FloatVector.fromArray(FLOATS, blockScales, at).abs().mul(most);
        FloatVector.fromArray(FLOATS, reach, 0).max(top).intoArray(reach, 0);
    }

    private void reachOfBytes(int at) {
        FloatVector scale = FloatVector.fromArray(FLOATS, blockScales, at).abs();
        FloatVector minimum = FloatVector.fromArray(FLOATS, blockScales, at + L).abs();
        FloatVector top = FloatVector.fromArray(FLOATS, mostCodes, 0).fma(scale, minimum);
        FloatVector.fromArray(FLOATS, reach, 0).max(top).intoArray(reach, 0);
    }

    private void mostCodes(PackedMatrix w, int unit, int column, int size) {
        long from = PromptFormat.codes(w, unit / PARTS, column) + unit % PARTS * (long) L;
        IntVector most = IntVector.zero(INTS);
        for (int j = 0; j < size; j++) {
            IntVector q =
                    (IntVector) ByteVector.fromMemorySegment(BYTES, w.data(), from + (long) j * LANES, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0);
            most = most.max(q.abs());
        }
        ((FloatVector) most.convertShape(I2F, FLOATS, 0)).intoArray(mostCodes, 0);
    }

    /**
     * r and t of each block, with half a unit already added to t; for 4-bit codes twice in an int, once for each 16-bit lane. No variable is assigned one of two vectors, because such
     * vectors are boxed.
     */
    private void multipliers(Codes codes, int blocks, int to) {
        round(0, blocks, PromptFormat.unit(codes), 0, multipliers, to);
        if (codes == Codes.I4) {
            offsetsOfSigned(blocks, to);
        } else {
            round(1, blocks, 1, PromptFormat.UNIT / 2, offsets, to);
        }
        if (codes != Codes.I8) {
            pair(multipliers, blocks, to);
            pair(offsets, blocks, to);
        }
    }

    /** @param part 0 for scales, 1 for minimums */
    private void round(int part, int blocks, float factor, int plus, int[] rounded, int to) {
        FloatVector scale = FloatVector.fromArray(FLOATS, inverse, 0).mul(factor);
        for (int b = 0; b < blocks; b++) {
            FloatVector.fromArray(FLOATS, blockScales, (2 * b + part) * L)
                    .mul(scale)
                    .add(PromptFormat.ROUNDER)
                    .reinterpretAsInts()
                    .add(plus - PromptFormat.ROUNDER_BITS)
                    .intoArray(rounded, to + b * L);
        }
    }

    private void offsetsOfSigned(int blocks, int to) {
        for (int b = 0; b < blocks; b++) {
            IntVector.fromArray(INTS, multipliers, to + b * L)
                    .mul(-8)
                    .add(PromptFormat.UNIT / 2)
                    .intoArray(offsets, to + b * L);
        }
    }

    private static void pair(int[] numbers, int blocks, int to) {
        for (int b = 0; b < blocks; b++) {
            IntVector number = IntVector.fromArray(INTS, numbers, to + b * L);
            number.and(0xFFFF).or(number.lanewise(LSHL, 16)).intoArray(numbers, to + b * L);
        }
    }
}
