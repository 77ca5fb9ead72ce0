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
import java.util.Optional;
import java.util.Set;

/**
 * Gemma 3, text (Kamath et al., 2025): Gemma 2 with RMSNorm over each head of queries and keys in place of the soft caps. Each {@code sliding_window_pattern}-th layer
 * is global and rotates with {@code rope_theta} and its scaling; the others have a window and rotate with {@code rope_local_base_freq}.
 */
final class Gemma3 implements Architecture {
    /** Files may have this key, but no implementation of the family caps scores: it is read and ignored. */
    private static final Key SCORE_CAP = new Key("attn_logit_softcapping", "attn_logit_softcapping");

    private static final Key LOGIT_CAP = new Key("final_logit_softcapping", "final_logit_softcapping");
    private static final Key PATTERN = new Key("sliding_window_pattern", "");
    private static final Key NOTED_PATTERN = new Key("_sliding_window_pattern", "");
    private static final int DEFAULT_PATTERN = 6;
    private static final int DEFAULT_WINDOW = 4096;
    private static final int LAYERS_OF_27B = 62;

    @Override
    public Set<String> modelTypes() {
        return Set.of("gemma3_text");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("gemma3");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys, Gemma.DEFAULT_HEAD_DIM);
        ModelShape shape = basis.shape();
        float scale = Gemma2.scale(basis, LAYERS_OF_27B);
        keys.number(SCORE_CAP);
        int pattern = basis.numbers().size(PATTERN, basis.numbers().size(NOTED_PATTERN, DEFAULT_PATTERN));
        boolean[] sliding = basis.sliding(i -> (i + 1) % pattern != 0);
        var near = new Scores(scale, 0, basis.window(DEFAULT_WINDOW), false);
        var all = new Scores(scale, 0, 0, false);
        var global = basis.rope(1_000_000);
        var local = Optional.of(keys.localRope(shape.headDim(), 10_000));
        Gated feedForward = basis.gelu();
        return basis.model(
                Placement.SANDWICH,
                keys.tied(true),
                Gemma.factors(shape, basis.numberOrNone(LOGIT_CAP, 0)),
                i -> new LayerConfig(
                        new GroupedQuery(
                                shape.heads(),
                                shape.kvHeads(),
                                shape.headDim(),
                                sliding[i] ? local : global,
                                sliding[i] ? near : all,
                                QueryKeyNorm.HEAD,
                                basis.attentionBias(),
                                basis.outputBias()),
                        feedForward));
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return Gemma.onePlus(TensorNames.HUGGING_FACE_SANDWICH);
    }
}
