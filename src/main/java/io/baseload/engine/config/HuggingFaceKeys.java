package io.baseload.engine.config;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.ConfigKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;

/** The hyperparameters in the {@code config.json} of a Hugging Face folder. */
public final class HuggingFaceKeys implements Keys {
    private static final String MODEL_TYPE = "model_type";

    /** Keys that don't change the result: they are for training, for text, for other programs, or repeat other keys. */
    private static final Set<String> HARMLESS = Set.of(
            "architectures",
            "attention_dropout",
            "attention_probs_dropout_prob",
            "attn_pdrop",
            "auto_map",
            "aux_loss_alpha",
            "bos_token_id",
            "cache_implementation",
            "chunk_size_feed_forward",
            "classifier_activation",
            "classifier_dropout",
            "classifier_pooling",
            "cls_token_id",
            "decoder_bias",
            "dense_seq_output",
            "directionality",
            "dropout",
            "dtype",
            "embd_pdrop",
            "embedding_dropout",
            "eod_token_id",
            "eos_token_id",
            "ep_size",
            "experts_per_token",
            "finetuning_task",
            "fused_bias_fc",
            "fused_dropout_add_ln",
            "gradient_checkpointing",
            "hidden_dropout",
            "hidden_dropout_prob",
            "id2label",
            "initial_context_length",
            "initializer_cutoff_factor",
            "initializer_range",
            "is_llama_config",
            "is_matryoshka",
            "label2id",
            "mask_token_id",
            "matryoshka_dimensions",
            "mlp_dropout",
            "model_max_length",
            "original_max_position_embeddings",
            "output_attentions",
            "output_hidden_states",
            "output_past",
            "output_router_logits",
            "pad_token_id",
            "pad_vocab_size_multiple",
            "pooler_fc_size",
            "pooler_num_attention_heads",
            "pooler_num_fc_layers",
            "pooler_size_per_head",
            "pooler_type",
            "pretraining_tp",
            "problem_type",
            "qa_dropout",
            "reference_compile",
            "resid_pdrop",
            "return_dict",
            "rope_scaling.finetuned",
            "rope_scaling.original_max_position_embeddings",
            "router_aux_loss_coef",
            "router_jitter_noise",
            "sbert_ce_default_activation_function",
            "scale_attn_weights",
            "sentence_transformers",
            "sep_token",
            "sep_token_id",
            "seq_aux",
            "seq_classif_dropout",
            "sinusoidal_pos_embds",
            "sparse_pred_ignore_index",
            "summary_first_dropout",
            "summary_proj_to_labels",
            "summary_type",
            "summary_use_proj",
            "task_specific_params",
            "tie_weights_",
            "tie_word_embeddings",
            "tokenizer_class",
            "torch_dtype",
            "torchscript",
            "transformers.js_config",
            "transformers_version",
            "unk_token_id",
            "unsloth_fixed",
            "unsloth_version",
            "use_cache",
            "use_flash_attn",
            "use_loss_mask",
            "use_xentropy");

    /** Keys that change the result if they are false. */
    private static final Set<String> TRUE_BY_DEFAULT = Set.of("is_causal");

    /** Keys that don't change the result if they have this value. */
    private static final Map<String, Double> NEUTRAL = Map.of(
            "full_attn_mod",
            1.0,
            "interpolate_factor",
            1.0,
            "partial_rotary_factor",
            1.0,
            "rope_parameters.partial_rotary_factor",
            1.0);

    private final ConfigKeys config;
    private final String architecture;
    private final QuantizationConfig quantization;

    /** @throws ModelFileException if the file doesn't name the model's family */
    public HuggingFaceKeys(ConfigKeys config) {
        this.config = config;
        this.architecture = config.string(MODEL_TYPE).orElseThrow(() -> config.refuse(MODEL_TYPE, "is missing"));
        this.quantization = QuantizationConfig.read(config);
    }

    @Override
    public boolean gguf() {
        return false;
    }

    @Override
    public String architecture() {
        return architecture;
    }

    @Override
    public String name() {
        return config.string("_name_or_path").orElse("");
    }

    @Override
    public int vocabulary() {
        return new ConfigNumbers(this).size(new Key("vocab_size", ""));
    }

    @Override
    public boolean tied(boolean otherwise) {
        return config.flag("tie_word_embeddings").orElse(otherwise);
    }

    /** As in transformers: two if the file doesn't specify them. */
    @Override
    public int labels() {
        return config.object("id2label").map(labels -> labels.names().size()).orElseGet(() ->
                (int) config.integer("num_labels").orElse(2));
    }

    @Override
    public boolean mentions(Key key) {
        return config.names().contains(key.huggingFace());
    }

    @Override
    public OptionalLong integer(Key key) {
        return get(key, ConfigKeys::integer, OptionalLong.empty());
    }

    @Override
    public OptionalDouble number(Key key) {
        return get(key, ConfigKeys::number, OptionalDouble.empty());
    }

    @Override
    public Optional<Boolean> flag(Key key) {
        return get(key, ConfigKeys::flag, Optional.empty());
    }

    @Override
    public Optional<String> text(Key key) {
        return get(key, ConfigKeys::string, Optional.empty());
    }

    @Override
    public List<Long> integers(Key key) {
        return get(key, ConfigKeys::integers, List.of());
    }

    @Override
    public List<String> texts(Key key) {
        return get(key, ConfigKeys::strings, List.of());
    }

    /** Reads a key whose name may contain dots, one for each nested object. */
    private <T> T get(Key key, BiFunction<ConfigKeys, String, T> getter, T otherwise) {
        String name = key.huggingFace();
        int dot = name.indexOf('.');
        if (dot < 0) {
            return getter.apply(config, name);
        }
        return config.object(name.substring(0, dot))
                .map(inner -> getter.apply(inner, name.substring(dot + 1)))
                .orElse(otherwise);
    }

    @Override
    public boolean stores(String tensor) {
        return false;
    }

    @Override
    public Rope rope(int dimensions, double defaultBase) {
        return new HuggingFaceRope(config, dimensions).read(defaultBase);
    }

    @Override
    public Rope localRope(int dimensions, double defaultBase) {
        return new HuggingFaceRope(config, dimensions).local(defaultBase);
    }

    @Override
    public QuantizationConfig quantization() {
        return quantization;
    }

    @Override
    public ModelFileException refuse(Key key, String problem) {
        ModelFileException missing = config.refuse(key.huggingFace(), problem);
        return get(key, (keys, name) -> keys.refuse(name, problem), missing);
    }

    /** Keys that begin with an underscore are transformers' own notes; most false and empty values require nothing; quantization is read elsewhere. */
    @Override
    public void refuseOthers() {
        for (String key : config.unread()) {
            if (!key.startsWith("_")
                    && !key.startsWith("quantization_config.")
                    && !key.startsWith("id2label.")
                    && !HARMLESS.contains(key)
                    && (!config.blank(key) || TRUE_BY_DEFAULT.contains(key))
                    && !neutral(key)) {
                throw config.refuse(
                        key,
                        "is not known in a model of the type " + architecture
                                + ", so that it may ask for something that isn't supported");
            }
        }
    }

    private boolean neutral(String key) {
        if (key.equals("layer_types")) {
            return config.strings(key).stream().allMatch("full_attention"::equals);
        }
        return NEUTRAL.containsKey(key) && config.number(key).orElse(Double.NaN) == NEUTRAL.get(key);
    }
}
