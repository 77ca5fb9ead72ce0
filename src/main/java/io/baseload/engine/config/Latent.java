package io.baseload.engine.config;

import java.util.Optional;

/**
 * Multi-head latent attention (DeepSeek-AI, 2024): keys and values of all heads are computed from one latent vector for each token. The cache holds only that vector, and one rotated key
 * that all heads share.
 *
 * @param queryRank width of the compressed vector from which queries are computed; 0 if there is none
 * @param latentDim width of the latent vector ({@code kv_lora_rank})
 * @param plainDim elements of a head's query and key that aren't rotated ({@code qk_nope_head_dim})
 * @param headValueDim width of a head's value before the output ({@code v_head_dim})
 * @param rope how the other elements are rotated; its dimensions are all of them ({@code qk_rope_head_dim})
 * @param bias whether the compressing matrices and the output have biases
 */
public record Latent(
        int heads, int queryRank, int latentDim, int plainDim, int headValueDim, Rope rope, Scores scores, boolean bias)
        implements AttentionConfig {
    /** The number that norms of compressed vectors add to the mean square, whatever {@code rms_norm_eps} says. */
    public static final float EPSILON = 1e-6f;

    @Override
    public int kvHeads() {
        return 1;
    }

    @Override
    public int keyDim() {
        return rope.dimensions() + latentDim;
    }

    @Override
    public int valueDim() {
        return latentDim;
    }

    @Override
    public boolean valuesInKeys() {
        return true;
    }

    /** Width of a head's query, before the elements that aren't rotated are mapped to the latent vector's width. */
    public int queryDim() {
        return plainDim + rope.dimensions();
    }

    @Override
    public Optional<Rope> rotation() {
        return Optional.of(rope);
    }
}
