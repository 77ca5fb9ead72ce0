package io.baseload.engine.quant;

import io.baseload.engine.tensor.Codes;

/**
 * bitsandbytes' quantization to NF4 and FP4, with the same bits as its library for CPUs, all in f32: a block's elements are divided by its largest absolute value and rounded to the nearest
 * of 16 numbers; of two equally near ones to the lower.
 */
public final class Bnb4 {
    private static final Bnb4 NF4 =
            new Bnb4(Codes.NF4, new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
    private static final Bnb4 FP4 =
            new Bnb4(Codes.FP4, new int[] {11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3});

    /** The smallest divisor: smaller maxima are replaced by it. */
    private static final float MIN_DIVISOR = 1e-38f;

    /** Codes in the order of ascending values. */
    private final int[] codes;

    /** The middle between each value and the next. */
    private final float[] thresholds = new float[15];

    private Bnb4(Codes kind, int[] codes) {
        this.codes = codes;
        float[] table = Codebook.of(kind);
        for (int i = 0; i < thresholds.length; i++) {
            thresholds[i] = (table[codes[i]] + table[codes[i + 1]]) / 2;
        }
    }

    static Bnb4 of(Codes kind) {
        return switch (kind) {
            case NF4 -> NF4;
            case FP4 -> FP4;
            default -> throw new IllegalArgumentException(kind + " is not bitsandbytes'");
        };
    }

    /**
     * A tensor's codes and scales.
     *
     * @param packed two codes in each byte, the first in the high nibble; a missing last one is that of 0
     * @param absmax the scale of each block
     */
    public record Quantized(byte[] packed, float[] absmax) {}

    /**
     * Quantizes a tensor: blocks run over all elements and ignore rows.
     *
     * @param kind NF4 or FP4
     */
    public static Quantized quantize(Codes kind, float[] x, int blockSize) {
        Bnb4 quantizer = of(kind);
        byte[] packed = new byte[Math.ceilDiv(x.length, 2)];
        float[] absmax = new float[Math.ceilDiv(x.length, blockSize)];
        byte[] codes = new byte[blockSize + 1];
        for (int block = 0; block < absmax.length; block++) {
            int at = block * blockSize;
            int count = Math.min(blockSize, x.length - at);
            absmax[block] = quantizer.block(x, at, count, count == blockSize, codes);
            codes[count] = (byte) quantizer.code(0);
            for (int i = 0; i < count; i += 2) {
                packed[(at + i) / 2] = (byte) (codes[i] << 4 | codes[i + 1]);
            }
        }
        return new Quantized(packed, absmax);
    }

    /**
     * Quantizes a block and returns its scale. A full block is multiplied by the rounded reciprocal, a last partial one is divided.
     *
     * @param codes receives the codes
     */
    float block(float[] x, int at, int count, boolean full, byte[] codes) {
        float absmax = 0;
        for (int i = 0; i < count; i++) {
            absmax = Math.max(absmax, Math.abs(x[at + i]));
        }
        float divisor = Math.max(absmax, MIN_DIVISOR);
        float factor = 1 / divisor;
        for (int i = 0; i < count; i++) {
            float scaled = full ? x[at + i] * factor : x[at + i] / divisor;
            codes[i] = (byte) code(Math.clamp(scaled, -1f, 1f));
        }
        return full ? absmax : divisor;
    }

    private int code(float scaled) {
        int i = scaled > thresholds[7] ? 8 : 0;
        i += scaled > thresholds[i + 3] ? 4 : 0;
        i += scaled > thresholds[i + 1] ? 2 : 0;
        i += scaled > thresholds[i] ? 1 : 0;
        return codes[i];
    }
}
