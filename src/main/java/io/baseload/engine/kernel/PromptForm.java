package io.baseload.engine.kernel;

/** The form in which kernels read the rows of a prompt. */
public enum PromptForm {
    /** As they are, in F32. */
    PLAIN,
    /** In 8 bits for {@link io.baseload.engine.kernel.tiles.TileKernel}: the same numbers as in decode. */
    TILES,
    /** In 8 bits ({@link PromptFormat}) or in BF16 ({@link Bf16Format}) for oneDNN. */
    LIBRARY
}
