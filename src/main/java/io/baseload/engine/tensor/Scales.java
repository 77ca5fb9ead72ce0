package io.baseload.engine.tensor;

/** The scales that a block of a packed matrix has for each row, in addition to codes. */
public enum Scales {
    NONE(0),
    F16(2),
    F16_MINIMUM(4),
    F32(4),
    F32_MINIMUM(8),
    /** Double quantization (Dettmers et al., "QLoRA", 2023): a signed byte; scale and offset are shared by 16 blocks of 16 rows. */
    LINEAR8(1, 1),
    /** The same with F8_E4M3 instead of a linear byte, as in the paper. */
    FLOAT8(1, 1),
    /** A signed byte for the scale and one for the minimum; each has its scale and offset. */
    LINEAR8_MINIMUM(2, 2);

    private final int bytes;
    private final int nested;

    Scales(int bytes) {
        this(bytes, 0);
    }

    Scales(int bytes, int nested) {
        this.bytes = bytes;
        this.nested = nested;
    }

    /** Bytes for one row of a block, including the minimum. */
    public int bytes() {
        return bytes;
    }

    public boolean minimum() {
        return this == F16_MINIMUM || this == F32_MINIMUM || this == LINEAR8_MINIMUM;
    }

    /** Whether the scales are themselves quantized. */
    public boolean nested() {
        return nested > 0;
    }

    /** Size of the numbers that nested scales share: an F32 scale and an F32 offset of scales, and of minimums if there are any. */
    public int nestedBytes() {
        return nested * 2 * Float.BYTES;
    }
}
