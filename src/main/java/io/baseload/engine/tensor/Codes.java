package io.baseload.engine.tensor;

/** The codes of a packed matrix's weights. A weight is scale · value(code), plus a minimum if there is one. */
public enum Codes {
    F32(32),
    F16(16),
    BF16(16),
    F8_E4M3(8),
    /** A signed byte. */
    I8(8),
    /** 0 … 15. */
    U4(4),
    /** −8 … 7, stored with 8 added. */
    I4(4),
    /** The 16 numbers of bitsandbytes' NF4. */
    NF4(4),
    /** The 16 numbers of bitsandbytes' FP4. */
    FP4(4),
    /** The 16 numbers of ggml's IQ4 types. */
    IQ4(4),
    /** The 4-bit float of the MX formats, doubled: 0, 1, 2, 3, 4, 6, 8, 12 and the same negative. */
    E2M1(4);

    private final int bits;

    Codes(int bits) {
        this.bits = bits;
    }

    public int bits() {
        return bits;
    }

    /** Whether each weight is a plain number, without a scale. */
    public boolean plain() {
        return bits >= 16;
    }

    /** Whether the sum Σ code·x is computed for each block and then scaled; otherwise weights are multiplied one by one. */
    public boolean coded() {
        return bits == 4 || this == I8;
    }

    /** Whether the value of a 4-bit code is looked up in a table. */
    public boolean codebook() {
        return bits == 4 && this != U4 && this != I4;
    }
}
