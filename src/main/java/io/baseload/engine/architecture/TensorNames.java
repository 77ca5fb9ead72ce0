package io.baseload.engine.architecture;

/** The tensor names that nearly all families use. */
final class TensorNames {
    /** Names in GGUF files. */
    static final TensorMap GGUF = TensorMap.empty()
            .named("embedding", "token_embd.weight")
            .named("norm", "output_norm.weight")
            .named("head", "output.weight")
            .named("rope.factors", "rope_freqs.weight")
            .named("rope.short_factors", "rope_factors_short.weight")
            .named("rope.long_factors", "rope_factors_long.weight")
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

    /** Names in Hugging Face folders. */
    static final TensorMap HUGGING_FACE = TensorMap.empty()
            .named("embedding", "model.embed_tokens.weight")
            .named("norm", "model.norm.weight")
            .named("head", "lm_head.weight")
            .named("layers.#.attention_norm", "model.layers.#.input_layernorm.weight")
            .named("layers.#.attention.query", "model.layers.#.self_attn.q_proj.weight")
            .named("layers.#.attention.query.bias", "model.layers.#.self_attn.q_proj.bias")
            .named("layers.#.attention.query_norm", "model.layers.#.self_attn.q_norm.weight")
            .named("layers.#.attention.key", "model.layers.#.self_attn.k_proj.weight")
            .named("layers.#.attention.key.bias", "model.layers.#.self_attn.k_proj.bias")
            .named("layers.#.attention.key_norm", "model.layers.#.self_attn.k_norm.weight")
            .named("layers.#.attention.value", "model.layers.#.self_attn.v_proj.weight")
            .named("layers.#.attention.value.bias", "model.layers.#.self_attn.v_proj.bias")
            .named("layers.#.attention.output", "model.layers.#.self_attn.o_proj.weight")
            .named("layers.#.attention.output.bias", "model.layers.#.self_attn.o_proj.bias")
            .named("layers.#.attention.sinks", "model.layers.#.self_attn.sinks")
            .named("layers.#.feed_forward_norm", "model.layers.#.post_attention_layernorm.weight")
            .named("layers.#.feed_forward.gate", "model.layers.#.mlp.gate_proj.weight")
            .named("layers.#.feed_forward.gate.bias", "model.layers.#.mlp.gate_proj.bias")
            .named("layers.#.feed_forward.up", "model.layers.#.mlp.up_proj.weight")
            .named("layers.#.feed_forward.up.bias", "model.layers.#.mlp.up_proj.bias")
            .named("layers.#.feed_forward.down", "model.layers.#.mlp.down_proj.weight")
            .named("layers.#.feed_forward.down.bias", "model.layers.#.mlp.down_proj.bias")
            .ignoring("model.rotary_emb.inv_freq")
            .ignoring("model.layers.#.self_attn.rotary_emb.inv_freq")
            .ignoring("lm_head.weight");

    /** The same with norms after blocks too. */
    static final TensorMap HUGGING_FACE_SANDWICH = HUGGING_FACE
            .named("layers.#.attention_post_norm", "model.layers.#.post_attention_layernorm.weight")
            .named("layers.#.feed_forward_norm", "model.layers.#.pre_feedforward_layernorm.weight")
            .named("layers.#.feed_forward_post_norm", "model.layers.#.post_feedforward_layernorm.weight");

    private TensorNames() {}
}
