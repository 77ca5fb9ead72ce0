package io.baseload.engine.tensor;

/** How the numbers of a tensor are stored. The block formats are ggml's: consecutive elements of a row share a scale. */
public enum ElementType {
    F32(1, 4),
    F16(1, 2),
    BF16(1, 2),
    /** w = d·q: an F16 scale and 32 signed bytes. */
    Q8_0(32, 34),
    /** w = d·(q − 8): an F16 scale and 32 nibbles. */
    Q4_0(32, 18),
    /** w = d·q + m: an F16 scale, an F16 minimum and 32 nibbles. */
    Q4_1(32, 20);

    private final int blockSize;
    private final int blockBytes;

    ElementType(int blockSize, int blockBytes) {
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** Elements in a block; 1 where each stands alone. */
    public int blockSize() {
        return blockSize;
    }

    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Bytes of this many consecutive elements.
     *
     * @throws IllegalArgumentException if they are no whole number of blocks
     * @throws ArithmeticException if the bytes overflow a long
     */
    public long bytes(long elements) {
        if (elements % blockSize != 0) {
            throw new IllegalArgumentException(elements + " elements are no whole number of blocks of " + blockSize);
        }
        return Math.multiplyExact(elements / blockSize, blockBytes);
    }
}
