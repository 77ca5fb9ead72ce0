package io.baseload.engine.quant;

import io.baseload.engine.tensor.Scales;

/** Scales in eight bits each: the second quantization of Dettmers et al., "QLoRA" (2023), with codes that are fast to decode. */
record NestedScales(float scale, float offset, byte[] codes) {
    private static final float MAX_LINEAR = 127;
    private static final float MAX_FLOAT8 = 448;

    /**
     * The offset of scales without minimums is their mean, as in the paper. The offset of scales with minimums, whose codes are chosen afterwards, is the middle of their range, which gives
     * the smallest steps. The largest distance from the offset is mapped to the largest code. Codes are the nearest, ties to even.
     */
    static NestedScales of(Scales kind, float[] scales) {
        float offset = kind.minimum() ? middle(scales) : mean(scales);
        float most = 0;
        for (float scale : scales) {
            most = Math.max(most, Math.abs(scale - offset));
        }
        boolean linear = kind != Scales.FLOAT8;
        float factor = most / (linear ? MAX_LINEAR : MAX_FLOAT8);
        byte[] codes = new byte[scales.length];
        for (int i = 0; i < codes.length && factor > 0; i++) {
            float value = (scales[i] - offset) / factor;
            codes[i] = (byte)
                    (linear ? (int) Math.clamp(Math.rint(value), -MAX_LINEAR, MAX_LINEAR) : Float8.nearest(value));
        }
        return new NestedScales(factor, offset, codes);
    }

    private static float mean(float[] scales) {
        double sum = 0;
        for (float scale : scales) {
            sum += scale;
        }
        return (float) (sum / scales.length);
    }

    private static float middle(float[] scales) {
        float least = scales[0];
        float most = scales[0];
        for (float scale : scales) {
            least = Math.min(least, scale);
            most = Math.max(most, scale);
        }
        return least / 2 + most / 2;
    }
}
