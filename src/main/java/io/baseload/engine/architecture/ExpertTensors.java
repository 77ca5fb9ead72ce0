package io.baseload.engine.architecture;

import io.baseload.engine.config.Experts;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.quant.RowSource;
import java.util.List;

/** Where the weights of experts are in a checkpoint. */
final class ExpertTensors {
    private static final List<String> PARTS = List.of("gate", "up", "down");

    private ExpertTensors() {}

    /** A GGUF file has one tensor for all experts of a layer, {@code [experts, rows, columns]}. */
    static TensorMap gguf(TensorMap tensors, ModelConfig config) {
        int experts = count(config);
        TensorMap map = tensors.named("layers.#.feed_forward.router", "blk.#.ffn_gate_inp.weight")
                .named("layers.#.feed_forward.router.bias", "blk.#.ffn_gate_inp.bias");
        for (String part : PARTS) {
            String weight = "layers.#.feed_forward.experts.#." + part;
            map = map.with(weight, stacked("blk.#.ffn_" + part + "_exps.weight", experts))
                    .with(weight + ".bias", stacked("blk.#.ffn_" + part + "_exps.bias", experts));
        }
        return map;
    }

    /**
     * Separate tensors for each expert.
     *
     * @param layer the layer's part that has them
     * @param names of gate, up and down
     */
    static TensorMap separate(TensorMap tensors, String layer, List<String> names) {
        TensorMap map = tensors.named("layers.#.feed_forward.router", layer + ".gate.weight");
        for (int i = 0; i < PARTS.size(); i++) {
            map = map.named(
                    "layers.#.feed_forward.experts.#." + PARTS.get(i),
                    layer + ".experts.#." + names.get(i) + ".weight");
        }
        return map;
    }

    /** Experts of a layer; 0 if the model has none. */
    static int count(ModelConfig config) {
        return config.layers().stream()
                .map(LayerConfig::feedForward)
                .filter(Experts.class::isInstance)
                .mapToInt(kind -> ((Experts) kind).routing().experts())
                .findFirst()
                .orElse(0);
    }

    private static TensorMap.Rule stacked(String tensor, int experts) {
        return (tensors, indices, rows, cols) -> {
            RowSource all = tensors.stacked(TensorMap.filled(tensor, indices), experts, rows, cols);
            return all.slice(indices[1] * rows, (indices[1] + 1) * rows);
        };
    }
}
