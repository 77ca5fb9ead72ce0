package io.baseload.engine.kernel;

import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Matrices and rows of random numbers of ordinary size. */
final class RandomWeights {
    private final Random random;

    RandomWeights(long seed) {
        random = new Random(seed);
    }

    /** A matrix as a file would hold it, rows one after the other. */
    MemorySegment file(ElementType type, int rows, int cols) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(type.bytes((long) rows * cols)))
                .order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            block(type, bytes);
        }
        return MemorySegment.ofArray(bytes.array());
    }

    private void block(ElementType type, ByteBuffer to) {
        float value = (float) random.nextGaussian() * 0.05f;
        switch (type) {
            case F32 -> to.putFloat(value);
            case BF16 -> to.putShort((short) (Float.floatToRawIntBits(value) >> 16));
            case F16 -> to.putShort(Float.floatToFloat16(value));
            case Q4_1 -> to.putShort(Float.floatToFloat16(value)).putShort(Float.floatToFloat16(-7.5f * value));
            default -> to.putShort(Float.floatToFloat16(value));
        }
        if (type.blockSize() > 1) {
            byte[] codes = new byte[type == ElementType.Q8_0 ? 32 : 16];
            random.nextBytes(codes);
            to.put(codes);
        }
    }

    PackedMatrix matrix(NativeMemory memory, ElementType type, int rows, int cols) {
        return Panels.pack(memory, RowSource.of(type, rows, cols, file(type, rows, cols)));
    }

    /** Rows that begin at an odd place and have something between them. */
    Rows rows(int count, int width) {
        Rows rows = new Rows(new float[5 + count * (width + 3)], 5, width, width + 3);
        for (int i = 0; i < rows.data().length; i++) {
            rows.data()[i] = (float) random.nextGaussian();
        }
        return rows;
    }
}
