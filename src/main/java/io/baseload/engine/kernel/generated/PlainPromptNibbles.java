package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * 4-bit codes of a block of four units (vectors of rows) as 8-bit integers in column order: code (q·r + t) >> 8, with r and t twice in each 32-bit lane. The eight codes
 * of a lane are processed as two 16-bit lanes. Byte u of lane n of a column is that of row n of unit u; the next column begins {@code stride} bytes later. Written by
 * src/build/GenerateKernels.java.
 */
public final class PlainPromptNibbles {
    private PlainPromptNibbles() {}

    /**
     * Codes that are integers.
     *
     * @param from offset of each unit's codes
     * @param size columns of the block
     * @param r the multipliers of unit u from {@code at + u · step} on
     * @param t the offsets, likewise
     * @param sums of each row's codes, {@code [unit][lane]}, in two 16-bit lanes: those of two columns
     */
    public static void integers(
            MemorySegment w, long[] from, int size, int[] r, int[] t, int at, int step, int[] sums, MemorySegment out, long to, long stride) {
        long from0 = from[0];
        ShortVector r0 = IntVector.fromArray(INTS, r, at + 0 * step).reinterpretAsShorts();
        ShortVector t0 = IntVector.fromArray(INTS, t, at + 0 * step).reinterpretAsShorts();
        ShortVector sum0 = IntVector.fromArray(INTS, sums, 0 * L).reinterpretAsShorts();
        long from1 = from[1];
        ShortVector r1 = IntVector.fromArray(INTS, r, at + 1 * step).reinterpretAsShorts();
        ShortVector t1 = IntVector.fromArray(INTS, t, at + 1 * step).reinterpretAsShorts();
        ShortVector sum1 = IntVector.fromArray(INTS, sums, 1 * L).reinterpretAsShorts();
        long from2 = from[2];
        ShortVector r2 = IntVector.fromArray(INTS, r, at + 2 * step).reinterpretAsShorts();
        ShortVector t2 = IntVector.fromArray(INTS, t, at + 2 * step).reinterpretAsShorts();
        ShortVector sum2 = IntVector.fromArray(INTS, sums, 2 * L).reinterpretAsShorts();
        long from3 = from[3];
        ShortVector r3 = IntVector.fromArray(INTS, r, at + 3 * step).reinterpretAsShorts();
        ShortVector t3 = IntVector.fromArray(INTS, t, at + 3 * step).reinterpretAsShorts();
        ShortVector sum3 = IntVector.fromArray(INTS, sums, 3 * L).reinterpretAsShorts();
        for (int eight = 0; eight < size / 8; eight++) {
            ShortVector s0 = IntVector.fromMemorySegment(INTS, w, from0 + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector s1 = IntVector.fromMemorySegment(INTS, w, from1 + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector s2 = IntVector.fromMemorySegment(INTS, w, from2 + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector s3 = IntVector.fromMemorySegment(INTS, w, from3 + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            long p = to + eight * 8L * stride;
            ShortVector q0_0 = s0.and((short) 15).mul(r0).add(t0);
            ShortVector q0_1 = s1.and((short) 15).mul(r1).add(t1);
            ShortVector q0_2 = s2.and((short) 15).mul(r2).add(t2);
            ShortVector q0_3 = s3.and((short) 15).mul(r3).add(t3);
            sum0 = sum0.add(q0_0.lanewise(ASHR, 8));
            sum1 = sum1.add(q0_1.lanewise(ASHR, 8));
            sum2 = sum2.add(q0_2.lanewise(ASHR, 8));
            sum3 = sum3.add(q0_3.lanewise(ASHR, 8));
            IntVector low0 = q0_1.and((short) 0xFF00).or(q0_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high0 = q0_3.and((short) 0xFF00).or(q0_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low0.and(0xFFFF).or(high0.lanewise(LSHL, 16)).intoMemorySegment(out, p + 0 * stride, LITTLE_ENDIAN);
            low0.lanewise(LSHR, 16).or(high0.and(0xFFFF0000)).intoMemorySegment(out, p + 2 * stride, LITTLE_ENDIAN);
            ShortVector q1_0 = s0.lanewise(LSHR, 4).and((short) 15).mul(r0).add(t0);
            ShortVector q1_1 = s1.lanewise(LSHR, 4).and((short) 15).mul(r1).add(t1);
            ShortVector q1_2 = s2.lanewise(LSHR, 4).and((short) 15).mul(r2).add(t2);
            ShortVector q1_3 = s3.lanewise(LSHR, 4).and((short) 15).mul(r3).add(t3);
            sum0 = sum0.add(q1_0.lanewise(ASHR, 8));
            sum1 = sum1.add(q1_1.lanewise(ASHR, 8));
            sum2 = sum2.add(q1_2.lanewise(ASHR, 8));
            sum3 = sum3.add(q1_3.lanewise(ASHR, 8));
            IntVector low1 = q1_1.and((short) 0xFF00).or(q1_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high1 = q1_3.and((short) 0xFF00).or(q1_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low1.and(0xFFFF).or(high1.lanewise(LSHL, 16)).intoMemorySegment(out, p + 1 * stride, LITTLE_ENDIAN);
            low1.lanewise(LSHR, 16).or(high1.and(0xFFFF0000)).intoMemorySegment(out, p + 3 * stride, LITTLE_ENDIAN);
            ShortVector q2_0 = s0.lanewise(LSHR, 8).and((short) 15).mul(r0).add(t0);
            ShortVector q2_1 = s1.lanewise(LSHR, 8).and((short) 15).mul(r1).add(t1);
            ShortVector q2_2 = s2.lanewise(LSHR, 8).and((short) 15).mul(r2).add(t2);
            ShortVector q2_3 = s3.lanewise(LSHR, 8).and((short) 15).mul(r3).add(t3);
            sum0 = sum0.add(q2_0.lanewise(ASHR, 8));
            sum1 = sum1.add(q2_1.lanewise(ASHR, 8));
            sum2 = sum2.add(q2_2.lanewise(ASHR, 8));
            sum3 = sum3.add(q2_3.lanewise(ASHR, 8));
            IntVector low2 = q2_1.and((short) 0xFF00).or(q2_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high2 = q2_3.and((short) 0xFF00).or(q2_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low2.and(0xFFFF).or(high2.lanewise(LSHL, 16)).intoMemorySegment(out, p + 4 * stride, LITTLE_ENDIAN);
            low2.lanewise(LSHR, 16).or(high2.and(0xFFFF0000)).intoMemorySegment(out, p + 6 * stride, LITTLE_ENDIAN);
            ShortVector q3_0 = s0.lanewise(LSHR, 12).mul(r0).add(t0);
            ShortVector q3_1 = s1.lanewise(LSHR, 12).mul(r1).add(t1);
            ShortVector q3_2 = s2.lanewise(LSHR, 12).mul(r2).add(t2);
            ShortVector q3_3 = s3.lanewise(LSHR, 12).mul(r3).add(t3);
            sum0 = sum0.add(q3_0.lanewise(ASHR, 8));
            sum1 = sum1.add(q3_1.lanewise(ASHR, 8));
            sum2 = sum2.add(q3_2.lanewise(ASHR, 8));
            sum3 = sum3.add(q3_3.lanewise(ASHR, 8));
            IntVector low3 = q3_1.and((short) 0xFF00).or(q3_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high3 = q3_3.and((short) 0xFF00).or(q3_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low3.and(0xFFFF).or(high3.lanewise(LSHL, 16)).intoMemorySegment(out, p + 5 * stride, LITTLE_ENDIAN);
            low3.lanewise(LSHR, 16).or(high3.and(0xFFFF0000)).intoMemorySegment(out, p + 7 * stride, LITTLE_ENDIAN);
        }
        sum0.reinterpretAsInts().intoArray(sums, 0 * L);
        sum1.reinterpretAsInts().intoArray(sums, 1 * L);
        sum2.reinterpretAsInts().intoArray(sums, 2 * L);
        sum3.reinterpretAsInts().intoArray(sums, 3 * L);
    }

    /**
     * Codes of a table of integers.
     *
     * @param from offset of each unit's codes
     * @param size columns of the block
     * @param r the multipliers of unit u from {@code at + u · step} on
     * @param t the offsets, likewise
     * @param sums of each row's codes, {@code [unit][lane]}, in two 16-bit lanes: those of two columns
     */
    public static void lookedUp(
            short[] table, MemorySegment w, long[] from, int size, int[] r, int[] t, int at, int step, int[] sums, MemorySegment out, long to, long stride) {
        ShortVector values = ShortVector.fromArray(WORDS, table, 0);
        long from0 = from[0];
        ShortVector r0 = IntVector.fromArray(INTS, r, at + 0 * step).reinterpretAsShorts();
        ShortVector t0 = IntVector.fromArray(INTS, t, at + 0 * step).reinterpretAsShorts();
        ShortVector sum0 = IntVector.fromArray(INTS, sums, 0 * L).reinterpretAsShorts();
        long from1 = from[1];
        ShortVector r1 = IntVector.fromArray(INTS, r, at + 1 * step).reinterpretAsShorts();
        ShortVector t1 = IntVector.fromArray(INTS, t, at + 1 * step).reinterpretAsShorts();
        ShortVector sum1 = IntVector.fromArray(INTS, sums, 1 * L).reinterpretAsShorts();
        long from2 = from[2];
        ShortVector r2 = IntVector.fromArray(INTS, r, at + 2 * step).reinterpretAsShorts();
        ShortVector t2 = IntVector.fromArray(INTS, t, at + 2 * step).reinterpretAsShorts();
        ShortVector sum2 = IntVector.fromArray(INTS, sums, 2 * L).reinterpretAsShorts();
        long from3 = from[3];
        ShortVector r3 = IntVector.fromArray(INTS, r, at + 3 * step).reinterpretAsShorts();
        ShortVector t3 = IntVector.fromArray(INTS, t, at + 3 * step).reinterpretAsShorts();
        ShortVector sum3 = IntVector.fromArray(INTS, sums, 3 * L).reinterpretAsShorts();
        for (int eight = 0; eight < size / 8; eight++) {
            ShortVector s0 = IntVector.fromMemorySegment(INTS, w, from0 + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector s1 = IntVector.fromMemorySegment(INTS, w, from1 + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector s2 = IntVector.fromMemorySegment(INTS, w, from2 + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector s3 = IntVector.fromMemorySegment(INTS, w, from3 + eight * 4L * LANES, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            long p = to + eight * 8L * stride;
            ShortVector q0_0 = s0.and((short) 15).selectFrom(values).mul(r0).add(t0);
            ShortVector q0_1 = s1.and((short) 15).selectFrom(values).mul(r1).add(t1);
            ShortVector q0_2 = s2.and((short) 15).selectFrom(values).mul(r2).add(t2);
            ShortVector q0_3 = s3.and((short) 15).selectFrom(values).mul(r3).add(t3);
            sum0 = sum0.add(q0_0.lanewise(ASHR, 8));
            sum1 = sum1.add(q0_1.lanewise(ASHR, 8));
            sum2 = sum2.add(q0_2.lanewise(ASHR, 8));
            sum3 = sum3.add(q0_3.lanewise(ASHR, 8));
            IntVector low0 = q0_1.and((short) 0xFF00).or(q0_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high0 = q0_3.and((short) 0xFF00).or(q0_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low0.and(0xFFFF).or(high0.lanewise(LSHL, 16)).intoMemorySegment(out, p + 0 * stride, LITTLE_ENDIAN);
            low0.lanewise(LSHR, 16).or(high0.and(0xFFFF0000)).intoMemorySegment(out, p + 2 * stride, LITTLE_ENDIAN);
            ShortVector q1_0 = s0.lanewise(LSHR, 4).and((short) 15).selectFrom(values).mul(r0).add(t0);
            ShortVector q1_1 = s1.lanewise(LSHR, 4).and((short) 15).selectFrom(values).mul(r1).add(t1);
            ShortVector q1_2 = s2.lanewise(LSHR, 4).and((short) 15).selectFrom(values).mul(r2).add(t2);
            ShortVector q1_3 = s3.lanewise(LSHR, 4).and((short) 15).selectFrom(values).mul(r3).add(t3);
            sum0 = sum0.add(q1_0.lanewise(ASHR, 8));
            sum1 = sum1.add(q1_1.lanewise(ASHR, 8));
            sum2 = sum2.add(q1_2.lanewise(ASHR, 8));
            sum3 = sum3.add(q1_3.lanewise(ASHR, 8));
            IntVector low1 = q1_1.and((short) 0xFF00).or(q1_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high1 = q1_3.and((short) 0xFF00).or(q1_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low1.and(0xFFFF).or(high1.lanewise(LSHL, 16)).intoMemorySegment(out, p + 1 * stride, LITTLE_ENDIAN);
            low1.lanewise(LSHR, 16).or(high1.and(0xFFFF0000)).intoMemorySegment(out, p + 3 * stride, LITTLE_ENDIAN);
            ShortVector q2_0 = s0.lanewise(LSHR, 8).and((short) 15).selectFrom(values).mul(r0).add(t0);
            ShortVector q2_1 = s1.lanewise(LSHR, 8).and((short) 15).selectFrom(values).mul(r1).add(t1);
            ShortVector q2_2 = s2.lanewise(LSHR, 8).and((short) 15).selectFrom(values).mul(r2).add(t2);
            ShortVector q2_3 = s3.lanewise(LSHR, 8).and((short) 15).selectFrom(values).mul(r3).add(t3);
            sum0 = sum0.add(q2_0.lanewise(ASHR, 8));
            sum1 = sum1.add(q2_1.lanewise(ASHR, 8));
            sum2 = sum2.add(q2_2.lanewise(ASHR, 8));
            sum3 = sum3.add(q2_3.lanewise(ASHR, 8));
            IntVector low2 = q2_1.and((short) 0xFF00).or(q2_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high2 = q2_3.and((short) 0xFF00).or(q2_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low2.and(0xFFFF).or(high2.lanewise(LSHL, 16)).intoMemorySegment(out, p + 4 * stride, LITTLE_ENDIAN);
            low2.lanewise(LSHR, 16).or(high2.and(0xFFFF0000)).intoMemorySegment(out, p + 6 * stride, LITTLE_ENDIAN);
            ShortVector q3_0 = s0.lanewise(LSHR, 12).selectFrom(values).mul(r0).add(t0);
            ShortVector q3_1 = s1.lanewise(LSHR, 12).selectFrom(values).mul(r1).add(t1);
            ShortVector q3_2 = s2.lanewise(LSHR, 12).selectFrom(values).mul(r2).add(t2);
            ShortVector q3_3 = s3.lanewise(LSHR, 12).selectFrom(values).mul(r3).add(t3);
            sum0 = sum0.add(q3_0.lanewise(ASHR, 8));
            sum1 = sum1.add(q3_1.lanewise(ASHR, 8));
            sum2 = sum2.add(q3_2.lanewise(ASHR, 8));
            sum3 = sum3.add(q3_3.lanewise(ASHR, 8));
            IntVector low3 = q3_1.and((short) 0xFF00).or(q3_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high3 = q3_3.and((short) 0xFF00).or(q3_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low3.and(0xFFFF).or(high3.lanewise(LSHL, 16)).intoMemorySegment(out, p + 5 * stride, LITTLE_ENDIAN);
            low3.lanewise(LSHR, 16).or(high3.and(0xFFFF0000)).intoMemorySegment(out, p + 7 * stride, LITTLE_ENDIAN);
        }
        sum0.reinterpretAsInts().intoArray(sums, 0 * L);
        sum1.reinterpretAsInts().intoArray(sums, 1 * L);
        sum2.reinterpretAsInts().intoArray(sums, 2 * L);
        sum3.reinterpretAsInts().intoArray(sums, 3 * L);
    }
}
