package io.baseload.engine.tensor;

/**
 * How a {@link PackedMatrix} stores its weights.
 *
 * @param block columns that share a scale: 1 for plain numbers, else a multiple of 16
 */
public record Packing(Codes codes, int block, Scales scales) {
    public static final Packing F32 = plain(Codes.F32);
    public static final Packing F16 = plain(Codes.F16);
    public static final Packing BF16 = plain(Codes.BF16);
    public static final Packing Q8_0 = new Packing(Codes.I8, 32, Scales.F16);
    public static final Packing Q4_0 = new Packing(Codes.I4, 32, Scales.F16);
    public static final Packing Q4_1 = new Packing(Codes.U4, 32, Scales.F16_MINIMUM);

    /** The packing of weights imported as {@code q4}. */
    public static final Packing Q4 = new Packing(Codes.U4, 32, Scales.LINEAR8_MINIMUM);

    /** The most columns of a block. */
    public static final int MAX_COLUMNS = 128;

    public Packing {
        boolean fits = codes.plain()
                ? block == 1 && scales == Scales.NONE
                : block > 0 && block <= MAX_COLUMNS && block % 16 == 0 && scales != Scales.NONE;
        if (!fits
                || scales.minimum() && codes != Codes.U4 && codes != Codes.I8
                || scales.nested() && codes == Codes.I8) {
            throw new IllegalArgumentException("no panels of " + codes + " in blocks of " + block + " with " + scales);
        }
    }

    private static Packing plain(Codes codes) {
        return new Packing(codes, 1, Scales.NONE);
    }

    /** A description for people: {@code NF4 in blocks of 64, LINEAR8}. */
    public String label() {
        return codes.plain() ? codes.name() : codes + " in blocks of " + block + ", " + scales;
    }

    /** Size of the codes of a block of 16 rows in bytes. */
    public int codeBytes() {
        return PackedMatrix.LANES * block * codes.bits() / Byte.SIZE;
    }

    /** Size of the scales of a block of 16 rows in bytes. */
    public int scaleBytes() {
        return PackedMatrix.LANES * scales.bytes();
    }
}
