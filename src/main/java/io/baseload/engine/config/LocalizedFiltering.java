package io.baseload.engine.config;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Yuan2.0's localized filtering-based attention (Wu et al., 2023): queries and keys are made of an input that two causal convolutions over two tokens each have gone
 * through, values of the input itself.
 *
 * @param hidden width of the residual stream
 * @param between width between the two convolutions: half of {@code hidden}, or a shard's part of that
 * @param attention what follows the filter
 * @param separator a token behind which nothing is seen of what stands up to it ({@code eod_token}, with {@code reset_position_ids}); the filter looks across it
 */
public record LocalizedFiltering(int hidden, int between, GroupedQuery attention, OptionalInt separator)
        implements AttentionConfig {
    /** What the filter's norm adds to the mean square, whatever {@code rms_norm_eps} says. */
    public static final float EPSILON = 1e-6f;

    /** The input and the first convolution's output of the last token, and the first position that the next one sees. */
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
    public Optional<Rope> rotation() {
        return attention.rotation();
    }
}
