package io.baseload.engine.tensor;

/**
 * The encoding of a tensor's rows, block after block. {@code engine.quant} defines each.
 *
 * <p>The formats of GGUF have ggml's names, plain ones those of safetensors. Encodings of other checkpoints have names of this project, which end in the number of elements of a block; a
 * block is its F32 scale (and minimum), then its codes.
 */
public enum ElementType {
    F64(1, 8),
    F32(1, 4),
    F16(1, 2),
    BF16(1, 2),
    /** Eight bits without infinities: 4 bits of exponent, 3 of fraction. */
    F8_E4M3(1, 1),
    /** Eight bits, the upper half of F16. */
    F8_E5M2(1, 1),
    BOOL(1, 1),
    U8(1, 1),
    I8(1, 1),
    I16(1, 2),
    I32(1, 4),
    I64(1, 8),

    Q1_0(128, 18),
    Q4_0(32, 18),
    Q4_1(32, 20),
    Q5_0(32, 22),
    Q5_1(32, 24),
    Q8_0(32, 34),
    Q2_K(256, 84),
    Q3_K(256, 110),
    Q4_K(256, 144),
    Q5_K(256, 176),
    Q6_K(256, 210),
    IQ1_S(256, 50),
    IQ1_M(256, 56),
    IQ2_XXS(256, 66),
    IQ2_XS(256, 74),
    IQ2_S(256, 82),
    IQ3_XXS(256, 98),
    IQ3_S(256, 110),
    IQ4_NL(32, 18),
    IQ4_XS(256, 136),
    TQ1_0(256, 54),
    TQ2_0(256, 66),
    MXFP4(32, 17),
    NVFP4(64, 36),

    /** bitsandbytes' NormalFloat: scale, then nibbles, the first element in the high one. */
    NF4_32(32, 4 + 16),
    NF4_64(64, 4 + 32),
    NF4_128(128, 4 + 64),
    /** bitsandbytes' 4-bit float, in the same form. */
    FP4_32(32, 4 + 16),
    FP4_64(64, 4 + 32),
    FP4_128(128, 4 + 64),
    /** w = d·q + m: scale, minimum, then nibbles, the first element in the low one. GPTQ and AWQ are read as this. */
    U4_32(32, 8 + 16),
    U4_64(64, 8 + 32),
    U4_128(128, 8 + 64),
    /** F8_E4M3 times a scale. */
    F8_E4M3_32(32, 4 + 32),
    F8_E4M3_64(64, 4 + 64),
    F8_E4M3_128(128, 4 + 128);

    private final int blockSize;
    private final int blockBytes;

    ElementType(int blockSize, int blockBytes) {
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** Elements in a block; 1 for plain numbers. */
    public int blockSize() {
        return blockSize;
    }

    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Size of this many consecutive elements in bytes.
     *
     * @throws IllegalArgumentException if they are not a whole number of blocks
     * @throws ArithmeticException if the bytes overflow a long
     */
    public long bytes(long elements) {
        if (elements % blockSize != 0) {
            throw new IllegalArgumentException(
                    elements + " elements are not a multiple of the block size " + blockSize);
        }
        return Math.multiplyExact(elements / blockSize, blockBytes);
    }
}
