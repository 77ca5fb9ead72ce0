package io.baseload.engine.architecture;

import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Scores;
import java.util.Set;

/**
 * Gemma 2 (Rivière et al., 2024): Gemma, with norms before and after both blocks, soft caps on scores and logits, and a sliding window in every other layer,
 * beginning with the first.
 *
 * <pre>
 * x = x + rms(attention(rms(x)))    scores · 1/√query_pre_attn_scalar, then cap · tanh(score / cap)
 * x = x + rms(feedForward(rms(x)))
 * logits = cap · tanh(embedding·rms(x) / cap)
 * </pre>
 */
final class Gemma2 implements Architecture {
    private static final Key SCORE_CAP = new Key("attn_logit_softcapping", "attn_logit_softcapping");
    private static final Key LOGIT_CAP = new Key("final_logit_softcapping", "final_logit_softcapping");
    private static final Key SCALAR = new Key("query_pre_attn_scalar", "");
    private static final int DEFAULT_SCALAR = 256;
    private static final int DEFAULT_WINDOW = 4096;

    /** GGUF files don't have query_pre_attn_scalar. It is the head's width, except in the model with this many layers. */
    private static final int LAYERS_OF_27B = 46;

    @Override
    public Set<String> modelTypes() {
        return Set.of("gemma2");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("gemma2");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys, Gemma.DEFAULT_HEAD_DIM);
        ModelShape shape = basis.shape();
        float scale = scale(basis, LAYERS_OF_27B);
        float cap = (float) basis.numberOrNone(SCORE_CAP, 50);
        int window = basis.window(DEFAULT_WINDOW);
        boolean[] sliding = basis.sliding(i -> i % 2 == 0);
        var rope = basis.rope(10_000);
        Gated feedForward = basis.gelu();
        return basis.model(
                Placement.SANDWICH,
                keys.tied(true),
                Gemma.factors(shape, basis.numberOrNone(LOGIT_CAP, 30)),
                i -> new LayerConfig(
                        new GroupedQuery(
                                shape.heads(),
                                shape.kvHeads(),
                                shape.headDim(),
                                rope,
                                new Scores(scale, cap, sliding[i] ? window : 0, false),
                                QueryKeyNorm.NONE,
                                basis.attentionBias(),
                                basis.outputBias()),
                        feedForward));
    }

    /** 1/√query_pre_attn_scalar. */
    static float scale(Basis basis, int layersOf27b) {
        ModelShape shape = basis.shape();
        double scalar = basis.numbers().positive(SCALAR, DEFAULT_SCALAR);
        if (basis.keys().gguf()) {
            scalar = shape.layers() == layersOf27b ? (double) shape.hidden() / shape.heads() : shape.headDim();
        }
        return (float) (1 / Math.sqrt(scalar));
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return Gemma.onePlus(TensorNames.HUGGING_FACE_SANDWICH);
    }
}
