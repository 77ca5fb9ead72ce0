package io.baseload.tools;

import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.config.AttentionConfig;
import io.baseload.engine.config.Dense;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Routing;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.service.planner.NamedShapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sizes of a real model.
 *
 * @param family whose names and keys the file has
 * @param headDim width of a head
 * @param width of the feed-forward layer, or of one expert
 * @param experts 0 for none
 * @param chosen experts of a token
 * @param vocabulary 0 for that of the bundled model
 */
record RandomShape(
        Family family,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headDim,
        int width,
        int experts,
        int chosen,
        int vocabulary) {

    /** Who makes models of such a shape. */
    enum Family {
        LLAMA,
        QWEN3_MOE,
        YUAN2
    }

    /** The contents of a tensor. */
    enum Kind {
        /** Random, in the format that was asked for; each row has a variance of 1 / its length. */
        MATRIX,
        /** The same in 8 bits, as embeddings are stored. */
        EMBEDDING,
        /** The same in F32. */
        FLOATS,
        /** Zeros in F32. */
        BIAS,
        /** Ones in F32. */
        NORM
    }

    /** @param shape outermost dimension first */
    record Tensor(String name, Kind kind, long... shape) {
        long elements() {
            return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        }

        /** Elements that are added up for one output. */
        long inputs() {
            return shape.length == 3 ? shape[2] : elements() / shape[0];
        }
    }

    private static RandomShape llama(int layers, int hidden, int heads, int kvHeads, int width) {
        return new RandomShape(Family.LLAMA, layers, hidden, heads, kvHeads, hidden / heads, width, 0, 0, 0);
    }

    /** That of a model which can be planned under this name, one of Yuan2.0's. */
    private static RandomShape yuan(String name) {
        ModelConfig config = Architectures.config(ConfigKeys.of(NamedShapes.config(name)));
        AttentionConfig attention = config.attention();
        int width = switch (config.layers().getFirst().feedForward()) {
            case Gated gated -> gated.width();
            case Dense dense -> dense.width();
            case Experts experts -> experts.width();
        };
        return new RandomShape(
                Family.YUAN2,
                config.layers().size(),
                config.hidden(),
                attention.heads(),
                attention.kvHeads(),
                attention.keyDim(),
                width,
                config.routing().map(Routing::experts).orElse(0),
                config.routing().map(Routing::chosen).orElse(0),
                config.vocabulary());
    }

    /** By the name of a model that has it. */
    static RandomShape of(String name) {
        return switch (name) {
            case "tiny" -> llama(1, 256, 4, 2, 512);
            case "tiny-moe" -> new RandomShape(Family.QWEN3_MOE, 1, 256, 4, 2, 64, 256, 4, 2, 0);
            case "tiny-yuan2.0" -> new RandomShape(Family.YUAN2, 1, 64, 4, 4, 16, 128, 0, 0, 512);
            case "tiny-yuan2.0-m32" -> new RandomShape(Family.YUAN2, 1, 64, 4, 4, 32, 32, 4, 2, 512);
            case "135m" -> llama(30, 576, 9, 3, 1536);
            case "1.1b" -> llama(22, 2048, 32, 4, 5632);
            case "3b" -> llama(28, 3072, 24, 8, 8192);
            case "8b" -> llama(32, 4096, 32, 8, 14_336);
            case "30b-a3b" -> new RandomShape(Family.QWEN3_MOE, 48, 2048, 32, 4, 128, 768, 128, 8, 0);
            case "yuan2.0-2b", "yuan2.0-51b", "yuan2.0-102b", "yuan2.0-m32" -> yuan(name);
            default ->
                throw new IllegalArgumentException("no shape " + name
                        + "; there are tiny, tiny-moe, tiny-yuan2.0, tiny-yuan2.0-m32, 135m, 1.1b, 3b, 8b, 30b-a3b,"
                        + " yuan2.0-2b, yuan2.0-51b, yuan2.0-102b and yuan2.0-m32");
        };
    }

    /** The same with fewer layers, for a machine that has no room for all. */
    RandomShape withLayers(int count) {
        return new RandomShape(family, count, hidden, heads, kvHeads, headDim, width, experts, chosen, vocabulary);
    }

    RandomShape withVocabulary(int tokens) {
        return new RandomShape(family, layers, hidden, heads, kvHeads, headDim, width, experts, chosen, tokens);
    }

    boolean gguf() {
        return family != Family.YUAN2;
    }

    /** All tensors, as the family's files name them. */
    List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>();
        if (gguf()) {
            all.add(new Tensor("token_embd.weight", Kind.EMBEDDING, vocabulary, hidden));
            all.add(new Tensor("output_norm.weight", Kind.NORM, hidden));
            for (int i = 0; i < layers; i++) {
                gguf(all, "blk." + i + ".");
            }
        } else {
            all.add(new Tensor("model.embed_tokens.weight", Kind.MATRIX, vocabulary, hidden));
            all.add(new Tensor("model.norm.weight", Kind.NORM, hidden));
            for (int i = 0; i < layers; i++) {
                yuan(all, "model.layers." + i + ".");
            }
        }
        return all;
    }

    private void gguf(List<Tensor> all, String at) {
        int queries = heads * headDim;
        int keys = kvHeads * headDim;
        all.add(new Tensor(at + "attn_norm.weight", Kind.NORM, hidden));
        all.add(new Tensor(at + "attn_q.weight", Kind.MATRIX, queries, hidden));
        all.add(new Tensor(at + "attn_k.weight", Kind.MATRIX, keys, hidden));
        all.add(new Tensor(at + "attn_v.weight", Kind.MATRIX, keys, hidden));
        all.add(new Tensor(at + "attn_output.weight", Kind.MATRIX, hidden, queries));
        all.add(new Tensor(at + "ffn_norm.weight", Kind.NORM, hidden));
        if (experts == 0) {
            all.add(new Tensor(at + "ffn_gate.weight", Kind.MATRIX, width, hidden));
            all.add(new Tensor(at + "ffn_up.weight", Kind.MATRIX, width, hidden));
            all.add(new Tensor(at + "ffn_down.weight", Kind.MATRIX, hidden, width));
            return;
        }
        all.add(new Tensor(at + "attn_q_norm.weight", Kind.NORM, headDim));
        all.add(new Tensor(at + "attn_k_norm.weight", Kind.NORM, headDim));
        all.add(new Tensor(at + "ffn_gate_inp.weight", Kind.FLOATS, experts, hidden));
        all.add(new Tensor(at + "ffn_gate_exps.weight", Kind.MATRIX, experts, width, hidden));
        all.add(new Tensor(at + "ffn_up_exps.weight", Kind.MATRIX, experts, width, hidden));
        all.add(new Tensor(at + "ffn_down_exps.weight", Kind.MATRIX, experts, hidden, width));
    }

    private void yuan(List<Tensor> all, String at) {
        int projection = heads * headDim;
        int between = hidden / 2;
        String attention = at + "self_attn.";
        String filter = attention + "lf_gate.";
        all.add(new Tensor(at + "input_layernorm.weight", Kind.NORM, hidden));
        all.add(new Tensor(at + "post_attention_layernorm.weight", Kind.NORM, hidden));
        for (String name : List.of("q", "k", "v")) {
            all.add(new Tensor(attention + name + "_proj.weight", Kind.MATRIX, projection, hidden));
        }
        all.add(new Tensor(attention + "o_proj.weight", Kind.MATRIX, hidden, projection));
        all.add(new Tensor(filter + "conv1.weight", Kind.MATRIX, between, hidden, 2, 1));
        all.add(new Tensor(filter + "conv1.bias", Kind.BIAS, between));
        all.add(new Tensor(filter + "conv2.weight", Kind.MATRIX, hidden, between, 2, 1));
        all.add(new Tensor(filter + "conv2.bias", Kind.BIAS, hidden));
        all.add(new Tensor(filter + "output_layernorm.weight", Kind.NORM, hidden));
        String mlp = at + "mlp.";
        if (experts == 0) {
            all.add(new Tensor(mlp + "gate_proj.weight", Kind.MATRIX, width, hidden));
            all.add(new Tensor(mlp + "up_proj.weight", Kind.MATRIX, width, hidden));
            all.add(new Tensor(mlp + "down_proj.weight", Kind.MATRIX, hidden, width));
            return;
        }
        for (String name : List.of("query", "key", "value")) {
            all.add(new Tensor(mlp + "gate." + name + ".weight", Kind.MATRIX, experts, hidden));
        }
        for (int i = 0; i < experts; i++) {
            all.add(new Tensor(mlp + "experts." + i + ".w1.weight", Kind.MATRIX, 2L * width, hidden));
            all.add(new Tensor(mlp + "experts." + i + ".w2.weight", Kind.MATRIX, hidden, width));
        }
    }

    /** The {@code config.json} of a Yuan model. */
    String yuanConfig(String dtype) {
        String mixture = experts == 0 ? "" : """
              "moe_config": {"gated_linear_unit": true, "ffn_hidden_size": %d, "moe_num_experts": %d,
                             "moe_top_k": %d, "norm_topk_prob": true},
              "attention_projection_size": %d,
            """.formatted(width, experts, chosen, heads * headDim);
        return """
            {
              "architectures": ["YuanForCausalLM"], "model_type": "yuan", "hidden_act": "silu",
              "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
              "max_position_embeddings": 8192, "rms_norm_eps": 1e-06, "tie_word_embeddings": true,
            %s  "torch_dtype": "%s", "causal_mask": true, "use_flash_attention": false,
              "reset_attention_mask": false, "reset_position_ids": false, "eod_token": %d, "vocab_size": %d
            }
            """.formatted(hidden, width, layers, heads, mixture, dtype, vocabulary - 1, vocabulary);
    }
}
