package io.baseload.engine.architecture;

import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Routing;
import io.baseload.engine.config.Scores;
import java.util.List;
import java.util.Set;

/**
 * Mixtral (Jiang et al., 2024): Mistral, with a mixture of experts in place of the feed-forward layer:
 *
 * <pre>
 * p = softmax(Wr·g), the best k of it, divided by their sum
 * x = x + Σ p_e · W2_e·(silu(W1_e·g) · W3_e·g)
 * </pre>
 *
 * Its GGUF files have the architecture llama and a number of experts.
 */
final class Mixtral implements Architecture {
    private static final Key EXPERTS = new Key("num_local_experts", "expert_count");

    @Override
    public Set<String> modelTypes() {
        return Set.of("mixtral");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        if (!hasExperts(keys)) {
            throw keys.refuse(EXPERTS, "is missing or 0");
        }
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                basis.rope(1_000_000),
                Scores.scaled(shape.headDim(), basis.window(0)),
                QueryKeyNorm.NONE,
                false,
                false);
        Experts experts = experts(basis);
        return basis.model(Placement.PRE, keys.tied(false), Factors.NONE, i -> new LayerConfig(attention, experts));
    }

    static boolean hasExperts(Keys keys) {
        return Mixture.read(keys, EXPERTS).experts() > 0;
    }

    static Experts experts(Basis basis) {
        Mixture mixture = Mixture.read(basis.keys(), EXPERTS);
        Routing routing = Routing.softmax(mixture.experts(), mixture.chosen(), false, true);
        return new Experts(routing, basis.silu().width(), false, 0, 0);
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return ExpertTensors.separate(
                TensorNames.HUGGING_FACE, "model.layers.#.block_sparse_moe", List.of("w1", "w3", "w2"));
    }
}
