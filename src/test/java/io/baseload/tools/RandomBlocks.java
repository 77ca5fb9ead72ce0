package io.baseload.tools;

import io.baseload.engine.quant.Blocks;
import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * A pool of random blocks of one stored format, whose numbers have the mean 0 and the standard deviation that was asked for. Codes are random bytes; a block's
 * scale (and minimum) is what brings them there, found by decoding some blocks with the scale 1.
 */
final class RandomBlocks {
    private static final int BLOCKS = 4096;
    private static final int MEASURED = 512;
    private static final int EXPONENT_OF_ONE = 127;

    private final ElementType type;
    private final ByteBuffer pool;

    private RandomBlocks(ElementType type) {
        this.type = type;
        this.pool = ByteBuffer.allocateDirect(BLOCKS * Math.max(1, 64 / type.blockSize()) * type.blockBytes())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    static RandomBlocks of(ElementType type, double deviation, SplittableRandom random) {
        RandomBlocks blocks = new RandomBlocks(type);
        if (type.blockSize() == 1) {
            blocks.fillPlain(deviation, random);
        } else {
            blocks.fillCodes(random);
            blocks.scale(deviation);
        }
        return blocks;
    }

    /** As many blocks as are asked for at most, from a random one on. */
    ByteBuffer some(long blocks, SplittableRandom random) {
        int first = random.nextInt(count() / 2);
        int taken = (int) Math.min(blocks, count() - first);
        return pool.slice(first * type.blockBytes(), taken * type.blockBytes());
    }

    private int count() {
        return pool.capacity() / type.blockBytes();
    }

    private void fillPlain(double deviation, SplittableRandom random) {
        for (int i = 0; i < count(); i++) {
            float value = (float) (random.nextGaussian() * deviation);
            switch (type) {
                case F32 -> pool.putFloat(4 * i, value);
                case F16 -> pool.putShort(2 * i, Float.floatToFloat16(value));
                case BF16 -> pool.putShort(2 * i, (short) (Float.floatToRawIntBits(value) >>> 16));
                default -> throw new IllegalArgumentException("no random weights are stored as " + type);
            }
        }
    }

    private void fillCodes(SplittableRandom random) {
        byte[] bytes = new byte[pool.capacity()];
        random.nextBytes(bytes);
        if (type == ElementType.TQ2_0) {
            dropFours(bytes);
        }
        pool.put(0, bytes);
    }

    /** Of four 2-bit codes in each byte: ternary weights have only three. */
    private static void dropFours(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] &= (byte) ~((bytes[i] & 0x55) << 1);
        }
    }

    /** Where the block's minimum, or what is multiplied with its minimums, stands as F16; −1 if there is none. */
    private int minimumAt() {
        return switch (type) {
            case Q4_1, Q5_1, Q4_K, Q5_K -> 2;
            case Q2_K -> 82;
            default -> -1;
        };
    }

    private void scale(double deviation) {
        double minimum = 0;
        setScales(1);
        if (minimumAt() >= 0) {
            setMinimums(0);
            double mean = mean(decode());
            setMinimums(1);
            minimum = -mean / (mean(decode()) - mean);
            setMinimums(minimum);
        }
        double factor = deviation / deviation(decode());
        setScales(factor);
        if (minimumAt() >= 0) {
            setMinimums(minimum * factor);
        }
    }

    private void setMinimums(double value) {
        for (int block = 0; block < count(); block++) {
            pool.putShort(block * type.blockBytes() + minimumAt(), Float.floatToFloat16((float) value));
        }
    }

    private void setScales(double value) {
        for (int block = 0; block < count(); block++) {
            setScale(block * type.blockBytes(), value);
        }
    }

    private void setScale(int at, double value) {
        short half = Float.floatToFloat16((float) value);
        switch (type) {
            case MXFP4 -> pool.put(at, (byte) (EXPONENT_OF_ONE + Math.round(Math.log(value) / Math.log(2))));
            case NVFP4 -> setE4m3(at, value);
            case IQ1_M -> setSpread(at + 48, half);
            case Q2_K -> pool.putShort(at + 80, half);
            case Q3_K -> pool.putShort(at + 108, half);
            case Q6_K -> pool.putShort(at + 208, half);
            case TQ1_0 -> pool.putShort(at + 52, half);
            case TQ2_0 -> pool.putShort(at + 64, half);
            default -> pool.putShort(at, half);
        }
    }

    /** Four bytes of 4 bits of exponent, bias 7, and 3 of fraction, of which the smallest will do. */
    private void setE4m3(int at, double value) {
        int exponent = Math.max(-6, Math.getExponent(value));
        int code = (int) Math.round(value / Math.scalb(1.0, exponent) * 8) + (exponent + 6) * 8;
        for (int i = 0; i < 4; i++) {
            pool.put(at + i, (byte) Math.clamp(code, 1, 0x7e));
        }
    }

    /** A scale of which four words have four bits each, in their highest. */
    private void setSpread(int at, short half) {
        for (int i = 0; i < 4; i++) {
            int rest = pool.getShort(at + 2 * i) & 0x0fff;
            pool.putShort(at + 2 * i, (short) (rest | (half >>> 4 * i & 15) << 12));
        }
    }

    private float[] decode() {
        float[] values = new float[MEASURED * type.blockSize()];
        Blocks.dequantize(type, MemorySegment.ofBuffer(pool), 0, values.length, values, 0);
        return values;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double deviation(float[] values) {
        double mean = mean(values);
        double sum = 0;
        for (float value : values) {
            sum += (value - mean) * (value - mean);
        }
        return Math.sqrt(sum / values.length);
    }
}
