package io.baseload.engine.architecture;

import io.baseload.engine.config.Factors;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Scores;
import java.util.Set;

/**
 * OLMo 2 (Walsh et al., 2024): Llama, with norms after the blocks instead of before them, and RMSNorm over all queries and all keys of a token before they are cut
 * into heads and rotated.
 *
 * <pre>
 * x = x + rms(attention(x))
 * x = x + rms(feedForward(x))
 * </pre>
 */
final class Olmo2 implements Architecture {
    @Override
    public Set<String> modelTypes() {
        return Set.of("olmo2");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("olmo2");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                basis.rope(10_000),
                Scores.scaled(shape.headDim(), 0),
                new QueryKeyNorm.Projection(shape.heads() * shape.headDim(), shape.kvHeads() * shape.headDim(), 0),
                basis.attentionBias(),
                basis.outputBias());
        Gated feedForward = basis.silu();
        return basis.model(
                Placement.POST, keys.tied(false), Factors.NONE, i -> new LayerConfig(attention, feedForward));
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return TensorNames.HUGGING_FACE_SANDWICH;
    }
}
