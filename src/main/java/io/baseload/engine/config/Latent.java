package io.baseload.engine.config;

import java.util.Optional;

/**
 * Multi-head latent attention (DeepSeek-AI, 2024): keys and values of all heads are made of one latent vector for each token; only that is kept, and one rotated key
 * that all heads share.
 *
 * @param queryRank width that queries are compressed to before they are made; 0 if they aren't
 * @param latentDim width of the latent vector ({@code kv_lora_rank})
 * @param plainDim elements of a head's query and key that aren't rotated ({@code qk_nope_head_dim})
 * @param headValueDim width of a head's value before the output ({@code v_head_dim})
 * @param rope how the other elements are rotated; its dimensions are all of them ({@code qk_rope_head_dim})
 * @param bias whether what compresses, and the output, have one
 */
public record Latent(
        int heads, int queryRank, int latentDim, int plainDim, int headValueDim, Rope rope, Scores scores, boolean bias)
        implements AttentionConfig {
    /** What the norms of the compressed vectors add to the mean square, whatever {@code rms_norm_eps} says. */
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

    /** Width of a head's query as it is made of the input. */
    public int queryDim() {
        return plainDim + rope.dimensions();
    }

    @Override
    public Optional<Rope> rotation() {
        return Optional.of(rope);
    }
}
