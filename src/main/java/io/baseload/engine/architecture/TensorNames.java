package io.baseload.engine.architecture;

/** What nearly all families call their tensors. */
final class TensorNames {
    /** Names in GGUF files. */
    static final TensorMap GGUF = TensorMap.empty()
            .named("embedding", "token_embd.weight")
            .named("norm", "output_norm.weight")
            .named("head", "output.weight")
            .named("rope.factors", "rope_freqs.weight")
            .named("layers.#.attention_norm", "blk.#.attn_norm.weight")
            .named("layers.#.attention_post_norm", "blk.#.post_attention_norm.weight")
            .named("layers.#.attention.query", "blk.#.attn_q.weight")
            .named("layers.#.attention.query.bias", "blk.#.attn_q.bias")
            .named("layers.#.attention.query_norm", "blk.#.attn_q_norm.weight")
            .named("layers.#.attention.key", "blk.#.attn_k.weight")
            .named("layers.#.attention.key.bias", "blk.#.attn_k.bias")
            .named("layers.#.attention.key_norm", "blk.#.attn_k_norm.weight")
            .named("layers.#.attention.value", "blk.#.attn_v.weight")
            .named("layers.#.attention.value.bias", "blk.#.attn_v.bias")
            .named("layers.#.attention.output", "blk.#.attn_output.weight")
            .named("layers.#.attention.output.bias", "blk.#.attn_output.bias")
            .named("layers.#.attention.sinks", "blk.#.attn_sinks.weight")
            .named("layers.#.feed_forward_norm", "blk.#.ffn_norm.weight")
            .named("layers.#.feed_forward_post_norm", "blk.#.post_ffw_norm.weight")
            .named("layers.#.feed_forward.gate", "blk.#.ffn_gate.weight")
            .named("layers.#.feed_forward.gate.bias", "blk.#.ffn_gate.bias")
            .named("layers.#.feed_forward.up", "blk.#.ffn_up.weight")
            .named("layers.#.feed_forward.up.bias", "blk.#.ffn_up.bias")
            .named("layers.#.feed_forward.down", "blk.#.ffn_down.weight")
            .named("layers.#.feed_forward.down.bias", "blk.#.ffn_down.bias");

    private TensorNames() {}
}
