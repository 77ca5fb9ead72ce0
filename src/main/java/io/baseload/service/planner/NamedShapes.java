package io.baseload.service.planner;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Models known only by their sizes, each as a {@code config.json} for the engine: named models, and models described by a few numbers. */
public final class NamedShapes {
    private static final int MAX_SIZE = 1 << 20;
    private static final int MAX_LAYERS = 4096;
    private static final Set<String> SETTINGS = Set.of(
            "family",
            "layers",
            "hidden",
            "heads",
            "kv_heads",
            "head_dim",
            "feed_forward",
            "vocabulary",
            "context",
            "experts",
            "chosen");

    private static final Map<String, String> CONFIGS = new TreeMap<>(Map.of(
            "yuan2.0-2b", yuan(24, 2048, 32, 8192, ""),
            "yuan2.0-51b", yuan(42, 8192, 64, 32768, ""),
            "yuan2.0-102b", yuan(84, 8192, 64, 32768, ""),
            "yuan2.0-m32", yuan(24, 2048, 16, 8192, """
                , "attention_projection_size": 4096,
                "moe_config": {"moe_num_experts": 32, "moe_top_k": 2, "ffn_hidden_size": 8192, "norm_topk_prob": true}
                """),
            "llama-70b", """
            {"model_type": "llama", "num_hidden_layers": 80, "hidden_size": 8192, "num_attention_heads": 64, "num_key_value_heads": 8,
            "intermediate_size": 28672, "vocab_size": 128256, "max_position_embeddings": 131072, "rms_norm_eps": 1e-5}
            """,
            "deepseek-v3", """
            {"model_type": "deepseek_v3", "num_hidden_layers": 61, "hidden_size": 7168, "num_attention_heads": 128, "intermediate_size": 18432,
            "vocab_size": 129280, "max_position_embeddings": 163840, "rms_norm_eps": 1e-6, "q_lora_rank": 1536, "kv_lora_rank": 512,
            "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "n_routed_experts": 256, "num_experts_per_tok": 8,
            "n_shared_experts": 1, "moe_intermediate_size": 2048, "first_k_dense_replace": 3, "n_group": 8, "topk_group": 4,
            "routed_scaling_factor": 2.5, "scoring_func": "sigmoid", "topk_method": "noaux_tc", "norm_topk_prob": true}
            """));

    private NamedShapes() {}

    private static String yuan(int layers, int hidden, int heads, int feedForward, String more) {
        return """
            {"model_type": "yuan", "num_hidden_layers": %d, "hidden_size": %d, "num_attention_heads": %d, "intermediate_size": %d,
            "vocab_size": 135040, "max_position_embeddings": 8192, "rms_norm_eps": 1e-6, "tie_word_embeddings": true%s}
            """.formatted(layers, hidden, heads, feedForward, more);
    }

    /**
     * The {@code config.json} of a named shape, or of one such as {@code layers=32,hidden=4096,heads=32,feed_forward=11008,vocabulary=32000}.
     *
     * @throws io.baseload.chat.api.InvalidRequestException if there is no such name, or a number is missing or out of range
     */
    public static String config(String shape) {
        String known = CONFIGS.get(shape.toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        if (!shape.contains("=")) {
            throw PlanRequest.refuse(
                    "shape", "must be one of " + String.join(", ", CONFIGS.keySet()) + ", or sizes such as layers=32");
        }
        return config(Settings.parse("shape", shape));
    }

    /** Refuses sizes that contradict each other, under their names here. */
    private static void check(Settings sizes, String family, int hidden, int heads, int experts) {
        if (sizes.text("head_dim").isEmpty() && hidden % heads != 0) {
            throw sizes.refuse("heads", "must divide hidden, unless there is head_dim");
        }
        if (heads % sizes.integer("kv_heads", 1, MAX_SIZE, heads) != 0) {
            throw sizes.refuse("kv_heads", "must divide heads");
        }
        if (family.equals("mixtral") != experts > 0) {
            throw sizes.refuse("experts", "must be given with the family mixtral, and with no other");
        }
    }

    /** Llama's layers, Mixtral's if there are experts, or Yuan2.0's. */
    private static String config(Settings sizes) {
        sizes.allow(SETTINGS);
        int hidden = sizes.integer("hidden", 1, MAX_SIZE);
        int heads = sizes.integer("heads", 1, MAX_SIZE);
        int experts = sizes.integer("experts", 0, MAX_SIZE, 0);
        String family = sizes.text("family").orElse(experts > 0 ? "mixtral" : "llama");
        if (!Set.of("llama", "mixtral", "yuan").contains(family)) {
            throw sizes.refuse("family", "must be llama, mixtral or yuan; any other model by its config.json");
        }
        check(sizes, family, hidden, heads, experts);
        var config = new StringBuilder("{\"model_type\": \"" + family + "\", \"rms_norm_eps\": 1e-6");
        key(config, "num_hidden_layers", sizes.integer("layers", 1, MAX_LAYERS));
        key(config, "hidden_size", hidden);
        key(config, "num_attention_heads", heads);
        key(config, "intermediate_size", sizes.integer("feed_forward", 1, MAX_SIZE));
        key(config, "vocab_size", sizes.integer("vocabulary", 1, MAX_SIZE));
        key(config, "max_position_embeddings", sizes.integer("context", 1, MAX_SIZE, 131072));
        if (!family.equals("yuan")) {
            key(config, "num_key_value_heads", sizes.integer("kv_heads", 1, MAX_SIZE, heads));
        }
        if (sizes.text("head_dim").isPresent()) {
            key(config, "head_dim", sizes.integer("head_dim", 1, MAX_SIZE));
        }
        if (experts > 0) {
            key(config, "num_local_experts", experts);
            key(config, "num_experts_per_tok", sizes.integer("chosen", 1, experts));
        }
        return config.append('}').toString();
    }

    private static void key(StringBuilder config, String name, int value) {
        config.append(", \"").append(name).append("\": ").append(value);
    }
}
