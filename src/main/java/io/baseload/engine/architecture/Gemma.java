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
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import java.util.Set;

/**
 * Gemma (Mesnard et al., 2024): Llama, with embeddings multiplied by √hidden, GELU in its tanh form, and norms that multiply by 1 + w. GGUF files already contain 1 + w.
 */
final class Gemma implements Architecture {
    @Override
    public Set<String> modelTypes() {
        return Set.of("gemma");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("gemma");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys, DEFAULT_HEAD_DIM);
        ModelShape shape = basis.shape();
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                basis.rope(10_000),
                Scores.scaled(shape.headDim(), 0),
                QueryKeyNorm.NONE,
                basis.attentionBias(),
                basis.outputBias());
        Gated feedForward = basis.gelu();
        return basis.model(
                Placement.PRE, keys.tied(true), factors(shape, 0), i -> new LayerConfig(attention, feedForward));
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return onePlus(TensorNames.HUGGING_FACE);
    }

    /** Width of a head if config.json doesn't specify it. */
    static final int DEFAULT_HEAD_DIM = 256;

    /** @param softCap of the logits; 0 for none */
    static Factors factors(ModelShape shape, double softCap) {
        return new Factors((float) Math.sqrt(shape.hidden()), 1, 1, (float) softCap);
    }

    /** The same tensors, with 1 added to the weights of all norms. */
    static TensorMap onePlus(TensorMap tensors) {
        TensorMap changed = tensors;
        for (String norm : tensors.weights()) {
            if (norm.endsWith("norm")) {
                changed = changed.changed(norm, Gemma::onePlus);
            }
        }
        return changed;
    }

    private static RowSource onePlus(RowSource column) {
        return RowSource.floats(ElementType.F32, column.rows(), 1, (row, out) -> {
            column.read(row, out, 0);
            out[0] += 1;
        });
    }
}
