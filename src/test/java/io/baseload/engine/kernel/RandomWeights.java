package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.tensor.Scales;
import java.util.Random;
import java.util.stream.Stream;

/** Matrices and rows of random numbers of ordinary size. */
public final class RandomWeights {
    private final Random random;

    public RandomWeights(long seed) {
        random = new Random(seed);
    }

    /** At least one packing for each way through the kernels. */
    static Stream<Packing> packings() {
        return Stream.of(
                Packing.F32,
                Packing.F16,
                Packing.BF16,
                Packing.Q8_0,
                Packing.Q4_0,
                Packing.Q4_1,
                new Packing(Codes.F8_E4M3, 32, Scales.F32),
                new Packing(Codes.F8_E4M3, 128, Scales.F32),
                new Packing(Codes.I8, 16, Scales.F32),
                new Packing(Codes.I8, 32, Scales.F16_MINIMUM),
                new Packing(Codes.I8, 32, Scales.F32_MINIMUM),
                Packing.Q4,
                new Packing(Codes.U4, 16, Scales.F32_MINIMUM),
                new Packing(Codes.U4, 128, Scales.F32_MINIMUM),
                new Packing(Codes.I4, 16, Scales.F32),
                new Packing(Codes.I4, 128, Scales.F16),
                new Packing(Codes.NF4, 16, Scales.F32),
                new Packing(Codes.NF4, 64, Scales.F32),
                new Packing(Codes.NF4, 64, Scales.LINEAR8),
                new Packing(Codes.NF4, 32, Scales.FLOAT8),
                new Packing(Codes.FP4, 128, Scales.F32),
                new Packing(Codes.IQ4, 32, Scales.F16),
                new Packing(Codes.E2M1, 16, Scales.F32),
                new Packing(Codes.E2M1, 32, Scales.F32));
    }

    public PackedMatrix matrix(NativeMemory memory, Packing packing, int rows, int cols) {
        PackedMatrix w = PackedMatrix.allocate(memory, packing, rows, cols);
        for (int panel = 0; panel < w.panels(); panel++) {
            for (int block = 0; block < w.blocks(); block++) {
                codes(w, w.codes(panel, block));
                scales(w, panel, block);
            }
        }
        return w;
    }

    private void codes(PackedMatrix w, long at) {
        int count = LANES * w.packing().block();
        for (int i = 0; i < count; i++) {
            float value = (float) random.nextGaussian() * 0.05f;
            switch (w.packing().codes()) {
                case F32 -> w.data().set(JAVA_FLOAT_UNALIGNED, at + 4L * i, value);
                case F16 -> w.data().set(JAVA_SHORT_UNALIGNED, at + 2L * i, Float.floatToFloat16(value));
                case BF16 ->
                    w.data().set(JAVA_SHORT_UNALIGNED, at + 2L * i, (short) (Float.floatToRawIntBits(value) >> 16));
                case F8_E4M3 -> w.data().set(JAVA_BYTE, at + i, float8());
                case I8 -> w.data().set(JAVA_BYTE, at + i, (byte) random.nextInt());
                default -> w.data().set(JAVA_BYTE, at + i / 2, (byte) random.nextInt());
            }
        }
    }

    /** Up to 15 in size. */
    private byte float8() {
        return (byte) (random.nextInt(0x58) | random.nextInt(2) << 7);
    }

    private void scales(PackedMatrix w, int panel, int block) {
        long at = w.scales(panel, block);
        for (int lane = 0; lane < LANES; lane++) {
            float value = (float) random.nextGaussian() * 0.005f;
            switch (w.packing().scales()) {
                case NONE -> {}
                case F16, F16_MINIMUM -> half(w, at, lane, value);
                case F32, F32_MINIMUM -> single(w, at, lane, value);
                case LINEAR8 -> w.data().set(JAVA_BYTE, at + lane, (byte) random.nextInt());
                case LINEAR8_MINIMUM -> {
                    w.data().set(JAVA_BYTE, at + lane, (byte) random.nextInt());
                    w.data().set(JAVA_BYTE, at + LANES + lane, (byte) random.nextInt());
                }
                case FLOAT8 -> w.data().set(JAVA_BYTE, at + lane, float8());
            }
        }
        for (int i = 0; i < w.packing().scales().nestedBytes(); i += 2 * Float.BYTES) {
            w.data().set(JAVA_FLOAT_UNALIGNED, w.nested(panel, block) + i, 1e-4f * random.nextFloat());
            w.data().set(JAVA_FLOAT_UNALIGNED, w.nested(panel, block) + i + Float.BYTES, 1e-2f * random.nextFloat());
        }
    }

    private static void half(PackedMatrix w, long at, int lane, float value) {
        w.data().set(JAVA_SHORT_UNALIGNED, at + 2L * lane, Float.floatToFloat16(value));
        if (w.packing().scales().minimum()) {
            w.data().set(JAVA_SHORT_UNALIGNED, at + 2L * (LANES + lane), Float.floatToFloat16(-7.5f * value));
        }
    }

    private static void single(PackedMatrix w, long at, int lane, float value) {
        w.data().set(JAVA_FLOAT_UNALIGNED, at + 4L * lane, value);
        if (w.packing().scales().minimum()) {
            w.data().set(JAVA_FLOAT_UNALIGNED, at + 4L * (LANES + lane), -7.5f * value);
        }
    }

    /** Rows that begin at an odd place and have something between them. */
    public Rows rows(int count, int width) {
        Rows rows = new Rows(new float[5 + count * (width + 3)], 5, width, width + 3);
        for (int i = 0; i < rows.data().length; i++) {
            rows.data()[i] = (float) random.nextGaussian();
        }
        return rows;
    }
}
