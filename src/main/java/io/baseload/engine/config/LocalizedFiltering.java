package io.baseload.engine.config;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Yuan2.0's localized filtering-based attention (Wu et al., 2023): two causal convolutions over two tokens each are applied to the input before queries and keys are computed; values are
 * computed from the input itself.
 *
 * @param hidden width of the residual stream
 * @param between width between the two convolutions: half of {@code hidden}, or a shard's part of that
 * @param attention the attention after the filter
 * @param separator a token that later tokens don't see across ({@code eod_token}, with {@code reset_position_ids}); the filter does
 */
public record LocalizedFiltering(int hidden, int between, GroupedQuery attention, OptionalInt separator)
        implements AttentionConfig {
    /** The number that the filter's norm adds to the mean square, whatever {@code rms_norm_eps} says. */
    public static final float EPSILON = 1e-6f;

    /** Width of the kept state: the last token's input and first convolution's output, and the first position that the next token sees. */
    @Override
    public int stateWidth() {
        return hidden + between + 1;
    }

    @Override
    public int heads() {
        return attention.heads();
    }

    @Override
    public int kvHeads() {
        return attention.kvHeads();
    }

    @Override
    public int keyDim() {
        return attention.keyDim();
    }

    @Override
    public int valueDim() {
        return attention.valueDim();
    }

    @Override
    public Scores scores() {
        return attention.scores();
    }

    @Override
    public Optional<Rope> rotation() {
        return attention.rotation();
    }
}
