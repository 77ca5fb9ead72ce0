package io.baseload.conformance;

import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling.Divided;
import io.baseload.engine.config.RopeScaling.None;
import io.baseload.engine.config.RopeScaling.Numbers.Listed;
import java.util.Arrays;

/**
 * The reference logits of checkpoints with 4-bit weights in half precision were computed by a model that had been cast as a whole, its table of rotary frequencies too
 * (shown by the logits: equal to 1e-5 with rounded frequencies, off by 0.01 to 0.05 without). transformers itself keeps that table in F32 when it loads such a checkpoint,
 * and so does the engine. To compare what else these logits say, the same rounding is asked of it here.
 */
final class RoundedRope {
    private RoundedRope() {}

    /** @param state {@code float16} or {@code bfloat16}; anything else changes nothing */
    static ModelConfig in(ModelConfig config, String state) {
        return switch (state) {
            case "float16", "bfloat16" ->
                new ModelConfig(
                        config.architecture(),
                        config.name(),
                        config.contextLength(),
                        config.vocabulary(),
                        config.hidden(),
                        config.tied(),
                        config.norms(),
                        config.factors(),
                        config.layers().stream()
                                .map(layer -> rounded(layer, state.equals("bfloat16")))
                                .toList(),
                        config.encoder());
            default -> config;
        };
    }

    private static LayerConfig rounded(LayerConfig layer, boolean bfloat16) {
        var attention = (GroupedQuery) layer.attention();
        return new LayerConfig(
                new GroupedQuery(
                        attention.heads(),
                        attention.kvHeads(),
                        attention.headDim(),
                        attention.rope().map(rope -> rounded(rope, bfloat16)),
                        attention.scores(),
                        attention.norm(),
                        attention.bias(),
                        attention.outputBias()),
                layer.feedForward());
    }

    private static Rope rounded(Rope rope, boolean bfloat16) {
        if (!(rope.scaling() instanceof None)) {
            return rope;
        }
        var factors = Arrays.stream(rope.frequencies())
                .map(f -> f / (bfloat16 ? bfloat16((float) f) : Float.float16ToFloat(Float.floatToFloat16((float) f))))
                .boxed()
                .toList();
        return new Rope(rope.base(), rope.dimensions(), new Divided(new Listed(factors)));
    }

    private static float bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }
}
