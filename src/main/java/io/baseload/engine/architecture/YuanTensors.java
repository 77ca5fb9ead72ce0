package io.baseload.engine.architecture;

import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.RowSource;
import java.util.List;

/** Where Yuan 2.0's weights are in a Hugging Face folder. */
final class YuanTensors {
    private static final String ATTENTION = "model.layers.#.self_attn.";
    private static final String FILTER = ATTENTION + "lf_gate.";
    private static final String MLP = "model.layers.#.mlp.";

    private final GroupedQuery attention;

    private YuanTensors(GroupedQuery attention) {
        this.attention = attention;
    }

    static TensorMap huggingFace(ModelConfig config) {
        var tensors = new YuanTensors(((LocalizedFiltering) config.attention()).attention());
        TensorMap map = TensorNames.HUGGING_FACE
                .named("layers.#.feed_forward.gate", MLP + "up_proj.weight")
                .named("layers.#.feed_forward.up", MLP + "gate_proj.weight")
                .with("layers.#.feed_forward.router", YuanTensors::router)
                .with(
                        "layers.#.feed_forward.experts.#.gate",
                        (all, indices, rows, cols) -> half(all, indices, rows, cols, 0))
                .with(
                        "layers.#.feed_forward.experts.#.up",
                        (all, indices, rows, cols) -> half(all, indices, rows, cols, rows))
                .named("layers.#.feed_forward.experts.#.down", MLP + "experts.#.w2.weight");
        return tensors.attention(config.tied() ? map.with("embedding", YuanTensors::tied) : map);
    }

    private TensorMap attention(TensorMap map) {
        return map.with("layers.#.attention.query", (all, indices, rows, cols) -> heads(all, indices, rows, cols, 0))
                .with(
                        "layers.#.attention.key",
                        (all, indices, rows, cols) -> heads(all, indices, rows, cols, attention.headDim()))
                .with(
                        "layers.#.attention.filter.first",
                        (all, indices, rows, cols) -> convolution(all, "conv1", indices, rows, cols))
                .with(
                        "layers.#.attention.filter.second",
                        (all, indices, rows, cols) -> convolution(all, "conv2", indices, rows, cols))
                .named("layers.#.attention.filter.first.bias", FILTER + "conv1.bias")
                .named("layers.#.attention.filter.second.bias", FILTER + "conv2.bias")
                .named("layers.#.attention.filter.norm", FILTER + "output_layernorm.weight");
    }

    /** The rows of q_proj followed by those of k_proj are, in this order, the first head's q, its k, the second head's q and so on. */
    private RowSource heads(CheckpointTensors tensors, int[] indices, int rows, int cols, int first) {
        RowSource both = RowSource.stacked(List.of(
                tensors.rows(TensorMap.filled(ATTENTION + "q_proj.weight", indices), rows, cols),
                tensors.rows(TensorMap.filled(ATTENTION + "k_proj.weight", indices), rows, cols)));
        int[] order = new int[rows];
        for (int row = 0; row < rows; row++) {
            order[row] = row / attention.headDim() * 2 * attention.headDim() + first + row % attention.headDim();
        }
        return both.permuted(order);
    }

    /** A kernel of {@code [outputs, inputs, 2, 1]} as a matrix: first the columns for the token before, then those for the token itself. */
    private static RowSource convolution(CheckpointTensors tensors, String name, int[] indices, int rows, int cols) {
        int inputs = cols / 2;
        StoredTensor kernel = tensors.tensor(
                TensorMap.filled(FILTER + name + ".weight", indices), List.of((long) rows, (long) inputs, 2L, 1L));
        RowSource before = tap(kernel, 0);
        RowSource own = tap(kernel, 1);
        return RowSource.floats(before.type(), rows, cols, (row, out) -> {
            before.read(row, out, 0);
            own.read(row, out, inputs);
        });
    }

    private static RowSource tap(StoredTensor kernel, int tap) {
        List<Long> strides = kernel.strides();
        return kernel.view(tap * strides.get(2), kernel.shape().subList(0, 2), strides.subList(0, 2))
                .matrix();
    }

    /** A tied model's file has the embedding, the head, or both. */
    private static RowSource tied(CheckpointTensors tensors, int[] indices, int rows, int cols) {
        String embedding = "model.embed_tokens.weight";
        return tensors.rows(tensors.has(embedding) ? embedding : "lm_head.weight", rows, cols);
    }

    private static RowSource router(CheckpointTensors tensors, int[] indices, int rows, int cols) {
        return RowSource.stacked(List.of("query", "key", "value").stream()
                .map(part -> tensors.rows(TensorMap.filled(MLP + "gate." + part + ".weight", indices), rows / 3, cols))
                .toList());
    }

    /** In an expert's first matrix, the rows of the gate come before those of the up projection. */
    private static RowSource half(CheckpointTensors tensors, int[] indices, int rows, int cols, int first) {
        return tensors.rows(TensorMap.filled(MLP + "experts.#.w1.weight", indices), 2 * rows, cols)
                .slice(first, first + rows);
    }
}
