package io.baseload.engine.architecture;

import io.baseload.engine.config.Factors;
import io.baseload.engine.config.FeedForwardConfig;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.Scores;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Yuan 2.0 (Wu et al., 2023): for each layer
 *
 * <pre>
 * h = rms(x)
 * v = Wv·h
 * f = filter(h)                             two causal convolutions, see {@code engine.model.LocalizedFilter}
 * z = [Wq·f ; Wk·f], cut into one part for each head; the first half of a part is the head's q, the second its k
 * x = x + Wo·attention(q, K, V)             q and k rotated
 * g = rms(x)
 * x = x + Wdown·(Wgate·g · silu(Wup·g))     the activation is on the up projection
 * </pre>
 *
 * With {@code reset_position_ids} a token after an {@code eod_token} doesn't see the tokens up to it. In spite of the key's name positions aren't reset, and the filter does see across. The
 * authors' code for flash attention ({@code use_flash_attention}) has no such mask.
 *
 * <p>A model with a {@code moe_config} is a {@link Yuan2M32}.
 */
final class Yuan2 implements Architecture {
    private static final Key RESET = new Key("reset_position_ids", "");
    private static final Key RESET_MASK = new Key("reset_attention_mask", "");
    private static final Key FLASH = new Key("use_flash_attention", "");
    private static final Key SEPARATOR = new Key("eod_token", "");
    private static final Key CAUSAL = new Key("causal_mask", "");

    @Override
    public Set<String> modelTypes() {
        return Set.of("yuan");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public ModelConfig config(Keys keys) {
        if (Yuan2M32.is(keys)) {
            return Yuan2M32.config(keys);
        }
        Basis basis = Basis.read(keys);
        return config(basis, basis.shape().headDim(), keys.rope(basis.shape().headDim(), 10_000), basis.silu());
    }

    static ModelConfig config(Basis basis, int headDim, Rope rope, FeedForwardConfig feedForward) {
        Choices.require(basis.keys(), CAUSAL, true);
        ModelShape shape = basis.shape();
        var attention = new GroupedQuery(
                shape.heads(),
                shape.heads(),
                headDim,
                Optional.of(rope),
                Scores.scaled(headDim, 0),
                QueryKeyNorm.NONE,
                false,
                false);
        var filtered = new LocalizedFiltering(shape.hidden(), shape.hidden() / 2, attention, separator(basis));
        return basis.model(
                Placement.PRE, basis.keys().tied(true), Factors.NONE, i -> new LayerConfig(filtered, feedForward));
    }

    private static OptionalInt separator(Basis basis) {
        Keys keys = basis.keys();
        boolean reset = keys.flag(RESET).orElse(false);
        boolean flash = keys.flag(FLASH).orElse(false);
        keys.flag(RESET_MASK);
        int token = basis.numbers().count(SEPARATOR);
        return reset && !flash ? OptionalInt.of(token) : OptionalInt.empty();
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return YuanTensors.huggingFace(config);
    }
}
