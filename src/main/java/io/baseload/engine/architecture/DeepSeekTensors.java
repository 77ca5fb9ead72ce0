package io.baseload.engine.architecture;

import io.baseload.engine.config.Latent;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import java.util.List;

/**
 * Where DeepSeek's weights are in a Hugging Face folder. In the file, the two rotated rows of a pair are neighbours; here they are half a width apart, which gives the same products of
 * queries and keys. The matrix that computes keys and values from latent vectors is cut into one matrix for each head, and the parts for keys are transposed.
 */
final class DeepSeekTensors {
    private static final String ATTENTION = "model.layers.#.self_attn.";
    private static final String MLP = "model.layers.#.mlp.";

    private final Latent attention;

    private DeepSeekTensors(Latent attention) {
        this.attention = attention;
    }

    static TensorMap huggingFace(ModelConfig config) {
        TensorMap map = ExpertTensors.separate(
                        TensorNames.HUGGING_FACE, "model.layers.#.mlp", List.of("gate_proj", "up_proj", "down_proj"))
                .named("layers.#.feed_forward.router.correction", MLP + "gate.e_score_correction_bias")
                .named("layers.#.feed_forward.shared.gate", MLP + "shared_experts.gate_proj.weight")
                .named("layers.#.feed_forward.shared.up", MLP + "shared_experts.up_proj.weight")
                .named("layers.#.feed_forward.shared.down", MLP + "shared_experts.down_proj.weight");
        return new DeepSeekTensors((Latent) config.attention()).attention(map);
    }

    private TensorMap attention(TensorMap map) {
        String query = attention.queryRank() > 0 ? "q_b_proj" : "q_proj";
        return map.named("layers.#.attention.compress", ATTENTION + "q_a_proj.weight")
                .named("layers.#.attention.compress.bias", ATTENTION + "q_a_proj.bias")
                .named("layers.#.attention.compress_norm", ATTENTION + "q_a_layernorm.weight")
                .named("layers.#.attention.query", ATTENTION + query + ".weight")
                .changed("layers.#.attention.query", this::query)
                .named("layers.#.attention.latent", ATTENTION + "kv_a_proj_with_mqa.weight")
                .changed("layers.#.attention.latent", this::latent)
                .named("layers.#.attention.latent.bias", ATTENTION + "kv_a_proj_with_mqa.bias")
                .changed("layers.#.attention.latent.bias", this::latent)
                .named("layers.#.attention.latent_norm", ATTENTION + "kv_a_layernorm.weight")
                .with("layers.#.attention.heads.#.key", this::key)
                .with("layers.#.attention.heads.#.value", this::value);
    }

    /** For each head the rows that aren't rotated come first, as stored. */
    private RowSource query(RowSource stored) {
        int[] order = new int[stored.rows()];
        for (int row = 0; row < order.length; row++) {
            int inHead = row % attention.queryDim();
            int rotated = inHead - attention.plainDim();
            order[row] = rotated < 0 ? row : row - rotated + neighbour(rotated);
        }
        return stored.permuted(order);
    }

    /** The rotated key comes first; in the file it comes after the latent vector. */
    private RowSource latent(RowSource stored) {
        int rotated = attention.rope().dimensions();
        int[] order = new int[stored.rows()];
        for (int row = 0; row < order.length; row++) {
            order[row] = row < rotated ? attention.latentDim() + neighbour(row) : row - rotated;
        }
        return stored.permuted(order);
    }

    /** The stored index of the i-th rotated element. */
    private int neighbour(int i) {
        int half = attention.rope().dimensions() / 2;
        return i % half * 2 + i / half;
    }

    private RowSource key(CheckpointTensors tensors, int[] indices, int rows, int cols) {
        RowSource stored = head(tensors, indices, rows).slice(0, cols);
        return RowSource.floats(plain(stored.type()), rows, cols, new Transposed(stored));
    }

    private RowSource value(CheckpointTensors tensors, int[] indices, int rows, int cols) {
        return head(tensors, indices, cols).slice(attention.plainDim(), attention.plainDim() + rows);
    }

    /** A head's rows of the matrix that computes keys and values. */
    private RowSource head(CheckpointTensors tensors, int[] indices, int latentDim) {
        int rows = attention.plainDim() + attention.headValueDim();
        RowSource all = tensors.rows(
                TensorMap.filled(ATTENTION + "kv_b_proj.weight", indices), attention.heads() * rows, latentDim);
        return all.slice(indices[1] * rows, (indices[1] + 1) * rows);
    }

    /** Half precision is kept; any other type is widened when it is transposed. */
    private static ElementType plain(ElementType type) {
        return type == ElementType.F16 || type == ElementType.BF16 ? type : ElementType.F32;
    }
}
