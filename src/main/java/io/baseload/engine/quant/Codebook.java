package io.baseload.engine.quant;

import io.baseload.engine.tensor.Codes;
import java.util.Map;

/** The values of codes. */
public final class Codebook {
    /** NormalFloat of 4 bits: quantiles of the normal distribution (Dettmers et al., "QLoRA", 2023), with bitsandbytes' bits. */
    private static final float[] NF4 = {
        -1.0f,
        -0.6961928f,
        -0.52507305f,
        -0.3949175f,
        -0.28444138f,
        -0.18477343f,
        -0.091050036f,
        0.0f,
        0.0795803f,
        0.1609302f,
        0.2461123f,
        0.33791524f,
        0.44070983f,
        0.562617f,
        0.72295684f,
        1.0f
    };

    /** bitsandbytes' float of sign, two bits of exponent and one of fraction, over 12. */
    private static final float[] FP4 = {
        0.0f,
        0.0052083335f,
        0.6666667f,
        1.0f,
        0.33333334f,
        0.5f,
        0.16666667f,
        0.25f,
        0.0f,
        -0.0052083335f,
        -0.6666667f,
        -1.0f,
        -0.33333334f,
        -0.5f,
        -0.16666667f,
        -0.25f
    };

    private static final float[] IQ4 = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private static final float[] E2M1 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private static final float[] INTEGERS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    private Codebook() {}

    /** The values of the 16 codes, which must not be changed. Those of I4 are 8 too high, for which minimums compensate. */
    public static float[] of(Codes codes) {
        return switch (codes) {
            case NF4 -> NF4;
            case FP4 -> FP4;
            case IQ4 -> IQ4;
            case E2M1 -> E2M1;
            case U4, I4 -> INTEGERS;
            default -> throw new IllegalArgumentException(codes + " needs no table");
        };
    }

    /** NF4's unit has the least error for normally distributed weights. With 1/127 the error would be a quarter larger, and the mean error, which adds up over a row, five times as large. */
    private static final Map<Codes, IntegerTable> BYTES = Map.of(
            Codes.NF4, nearest(NF4, 1 / 112.06f),
            Codes.FP4, nearest(FP4, 1 / 120f),
            Codes.E2M1, nearest(E2M1, 1),
            Codes.IQ4, nearest(IQ4, 1));

    /** These integers and their unit have, of those up to 64, the least error for normally distributed weights with a mean error near zero; 1 is rounded up to 64 units, which are 1.009. */
    private static final IntegerTable SMALL_NF4 =
            IntegerTable.of(new byte[] {-63, -44, -33, -25, -18, -12, -6, 0, 5, 10, 16, 21, 28, 36, 46, 64}, 1 / 63.4f);

    /** Of those up to 76, these have the least error for normally distributed weights. */
    private static final IntegerTable MEDIUM_NF4 = nearest(NF4, 1 / 76.3f);

    private static IntegerTable nearest(float[] values, float unit) {
        byte[] integers = new byte[values.length];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = (byte) Math.rint(values[i] / unit);
        }
        return IntegerTable.of(integers, unit);
    }

    /** The values of the 16 codes of a table as integers of 8 bits. IQ4's and E2M1's values are integers; FP4's are integers times the unit, except the smallest. */
    public static IntegerTable bytes(Codes codes) {
        IntegerTable table = BYTES.get(codes);
        if (table == null) {
            throw new IllegalArgumentException(codes + " needs no table");
        }
        return table;
    }

    /** The same for the Vector API's kernels: NF4's integers go up to 64, so that more products with 8-bit numbers fit in a sum of 16 bits. */
    public static IntegerTable smallIntegers(Codes codes) {
        return codes == Codes.NF4 ? SMALL_NF4 : bytes(codes);
    }

    /**
     * The same for instructions that add products in 16 bits: NF4's integers go up to 76. With FP4's and IQ4's as small as that, {@code fast} would be 1 to 3 % of perplexity off
     * {@code exact}.
     */
    public static IntegerTable shortSums(Codes codes) {
        return codes == Codes.NF4 ? MEDIUM_NF4 : bytes(codes);
    }

    /** The value of a stored code. */
    static float value(Codes codes, int code) {
        return switch (codes) {
            case I8 -> (byte) code;
            case U4 -> code;
            case I4 -> code - 8;
            case F8_E4M3 -> Float8.e4m3(code);
            default -> of(codes)[code];
        };
    }
}
