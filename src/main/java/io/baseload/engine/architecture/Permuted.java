package io.baseload.engine.architecture;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Rope;
import io.baseload.engine.quant.RowSource;
import java.util.List;

/**
 * In GGUF files of some families, rows of queries and keys have another order, in which the two of a rotated pair are neighbours: row 2i + s of a head is the original row i + s · headDim/2.
 * The same is true of biases.
 */
final class Permuted {
    private Permuted() {}

    /** The same tensors, with these rows in their original order. */
    static TensorMap restored(TensorMap tensors, ModelConfig config) {
        int headDim = config.attention().keyDim();
        int rotated = config.layers().stream()
                .flatMap(layer -> layer.attention().rotation().stream())
                .mapToInt(Rope::dimensions)
                .max()
                .orElse(headDim);
        TensorMap restored = tensors;
        for (String weight : List.of("query", "query.bias", "key", "key.bias")) {
            restored = restored.changed("layers.#.attention." + weight, source -> restored(source, headDim, rotated));
        }
        return restored;
    }

    private static RowSource restored(RowSource source, int headDim, int rotated) {
        int[] order = new int[source.rows()];
        for (int row = 0; row < order.length; row++) {
            int inHead = row % headDim;
            int origin = inHead < rotated ? 2 * (inHead % (rotated / 2)) + inHead / (rotated / 2) : inHead;
            order[row] = row - inHead + origin;
        }
        return source.permuted(order);
    }
}
