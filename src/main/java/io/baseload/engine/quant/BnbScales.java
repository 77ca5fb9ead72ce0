package io.baseload.engine.quant;

import java.util.Arrays;

/**
 * bitsandbytes' form of double quantization: the scales minus their mean, in blocks of 256, as entries of a map of 256 numbers.
 *
 * @param codes for each scale an index into the map
 * @param absmax for each 256 scales the factor of the entries
 * @param offset the mean
 */
public record BnbScales(byte[] codes, float[] absmax, float offset) {
    /** Number of scales in a block. */
    public static final int BLOCK = 256;

    private static final float[] DYNAMIC = dynamicMap();

    /** Quantizes scales with the dynamic map, each to the nearest entry; the offset is their mean. */
    public static BnbScales of(float[] scales) {
        double sum = 0;
        for (float scale : scales) {
            sum += scale;
        }
        return of(scales, (float) (sum / scales.length));
    }

    /** The same with a given offset: the mean, whose bits depend on the order of its sum. */
    public static BnbScales of(float[] scales, float offset) {
        byte[] codes = new byte[scales.length];
        float[] absmax = new float[Math.ceilDiv(scales.length, BLOCK)];
        for (int block = 0; block < absmax.length; block++) {
            int end = Math.min(scales.length, (block + 1) * BLOCK);
            absmax[block] = block(scales, block * BLOCK, end, offset, codes);
        }
        return new BnbScales(codes, absmax, offset);
    }

    private static float block(float[] scales, int from, int end, float offset, byte[] codes) {
        float most = 0;
        for (int i = from; i < end; i++) {
            most = Math.max(most, Math.abs(scales[i] - offset));
        }
        for (int i = from; i < end && most > 0; i++) {
            codes[i] = (byte) nearest((scales[i] - offset) * (1 / most));
        }
        return most;
    }

    private static int nearest(float value) {
        int best = 0;
        for (int i = 1; i < DYNAMIC.length; i++) {
            if (Math.abs(DYNAMIC[i] - value) < Math.abs(DYNAMIC[best] - value)) {
                best = i;
            }
        }
        return best;
    }

    /**
     * The decoded scales: map · absmax, then + offset, each rounded.
     *
     * @param map 256 numbers of a checkpoint
     * @param blockSize number of scales in a block
     */
    public float[] restore(float[] map, int blockSize) {
        float[] scales = new float[codes.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = map[codes[i] & 0xff] * absmax[i / blockSize] + offset;
        }
        return scales;
    }

    /**
     * The map that bitsandbytes uses for scales (Dettmers, "8-Bit Approximations for Parallelism in Deep Learning", 2015): for each power of ten from 10⁻⁶ to 1 twice as many numbers as for
     * the previous one, the middles of equal steps from 0.1 to 1; both signs, 0 and 1. Rounded as in torch.
     */
    public static float[] dynamicMap() {
        float[] map = new float[BLOCK];
        int at = 0;
        for (int exponent = 0; exponent < 7; exponent++) {
            int steps = 1 << exponent;
            float power = (float) Math.pow(10, exponent - 6);
            for (int i = 0; i < steps; i++) {
                float middle = (step(i, steps) + step(i + 1, steps)) / 2;
                map[at++] = power * middle;
                map[at++] = -power * middle;
            }
        }
        map[at++] = 0;
        map[at] = 1;
        Arrays.sort(map);
        return map;
    }

    /** Number i of steps + 1 from 0.1 to 1, counted from the nearer end. */
    private static float step(int i, int steps) {
        float width = (1f - 0.1f) / steps;
        return i < (steps + 1) / 2 ? Math.fma(width, i, 0.1f) : Math.fma(-width, steps - i, 1f);
    }
}
