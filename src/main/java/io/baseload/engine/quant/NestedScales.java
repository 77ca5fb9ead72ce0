package io.baseload.engine.quant;

import io.baseload.engine.tensor.Scales;

/** Some scales in eight bits each: the second quantization of Dettmers et al., "QLoRA" (2023), with codes that are cheap to decode. */
record NestedScales(float scale, float offset, byte[] codes) {
    private static final float MOST_LINEAR = 127;
    private static final float MOST_FLOAT8 = 448;

    /** The mean becomes the offset; the scale maps the largest distance from it to the largest code. Codes are the nearest, ties to even. */
    static NestedScales of(Scales kind, float[] scales) {
        double sum = 0;
        for (float scale : scales) {
            sum += scale;
        }
        float offset = (float) (sum / scales.length);
        float most = 0;
        for (float scale : scales) {
            most = Math.max(most, Math.abs(scale - offset));
        }
        boolean linear = kind == Scales.LINEAR8;
        float factor = most / (linear ? MOST_LINEAR : MOST_FLOAT8);
        byte[] codes = new byte[scales.length];
        for (int i = 0; i < codes.length && factor > 0; i++) {
            float value = (scales[i] - offset) / factor;
            codes[i] = (byte)
                    (linear ? (int) Math.clamp(Math.rint(value), -MOST_LINEAR, MOST_LINEAR) : Float8.nearest(value));
        }
        return new NestedScales(factor, offset, codes);
    }
}
