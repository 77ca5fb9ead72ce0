package io.baseload.engine.kernel;

import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;

/** Numbers of 16 bits in which prompts are multiplied: how rows and weights are converted to them, and what their product is. Implementations are the definition, in plain Java. */
sealed interface WideFormat permits Bf16Format, Int16Format {
    /** What {@link PromptRows} in this format are called. */
    PromptForm form();

    /** Whether these weights are multiplied in this way. */
    boolean takes(PackedMatrix w);

    /** The same for weights with a suitable number of columns. */
    boolean takes(Packing packing);

    /** Bytes of {@link TileRows#MAX_GROUP} columns of a row of x. */
    int groupBytes();

    /** For people, before the name of the multiplying instructions. */
    String label();

    /** Converts rows {@code from … to} of x. */
    void convert(Rows x, int from, int to, PromptRows out);

    /** y = W·x for rows that were converted, as {@link Kernels#prefillLinear}. */
    void multiply(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch);
}
