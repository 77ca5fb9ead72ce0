package io.baseload.engine.config;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.ConfigKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** The hyperparameters in the {@code config.json} of a Hugging Face folder. */
public final class HuggingFaceKeys implements Keys {
    private static final String MODEL_TYPE = "model_type";

    /** Keys that change nothing of what is computed: for training, for text, for other programs, or said again by others. */
    private static final Set<String> HARMLESS = Set.of(
            "architectures",
            "attention_dropout",
            "auto_map",
            "bos_token_id",
            "cache_implementation",
            "dtype",
            "embd_pdrop",
            "eos_token_id",
            "finetuning_task",
            "hidden_dropout",
            "hidden_dropout_prob",
            "id2label",
            "initializer_range",
            "is_llama_config",
            "label2id",
            "mask_token_id",
            "original_max_position_embeddings",
            "output_attentions",
            "output_hidden_states",
            "output_router_logits",
            "pad_token_id",
            "pretraining_tp",
            "problem_type",
            "quantization_config",
            "resid_pdrop",
            "rope_scaling.finetuned",
            "rope_scaling.original_max_position_embeddings",
            "return_dict",
            "router_aux_loss_coef",
            "sep_token_id",
            "task_specific_params",
            "torch_dtype",
            "torchscript",
            "transformers.js_config",
            "transformers_version",
            "unk_token_id",
            "unsloth_fixed",
            "unsloth_version",
            "use_cache");

    /** Keys that change nothing while they have this value. */
    private static final Map<String, Double> NEUTRAL =
            Map.of("full_attn_mod", 1.0, "interpolate_factor", 1.0, "partial_rotary_factor", 1.0);

    private final ConfigKeys config;
    private final String architecture;

    /** @throws ModelFileException if the file doesn't say what family the model is of */
    public HuggingFaceKeys(ConfigKeys config) {
        this.config = config;
        this.architecture = config.string(MODEL_TYPE).orElseThrow(() -> config.refuse(MODEL_TYPE, "is missing"));
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
        return new Numbers(this).size(new Key("vocab_size", ""));
    }

    @Override
    public boolean tied(boolean otherwise) {
        return config.flag("tie_word_embeddings").orElse(otherwise);
    }

    @Override
    public boolean mentions(Key key) {
        return config.names().contains(key.huggingFace());
    }

    @Override
    public OptionalLong integer(Key key) {
        return config.integer(key.huggingFace());
    }

    @Override
    public OptionalDouble number(Key key) {
        return config.number(key.huggingFace());
    }

    @Override
    public Optional<Boolean> flag(Key key) {
        return config.flag(key.huggingFace());
    }

    @Override
    public Optional<String> text(Key key) {
        return config.string(key.huggingFace());
    }

    @Override
    public List<Long> integers(Key key) {
        return config.integers(key.huggingFace());
    }

    @Override
    public List<String> texts(Key key) {
        return config.strings(key.huggingFace());
    }

    @Override
    public boolean stores(String tensor) {
        return false;
    }

    @Override
    public Rope rope(int headDim, double defaultBase) {
        return new HuggingFaceRope(config, headDim).read(defaultBase);
    }

    @Override
    public Rope localRope(int headDim, double defaultBase) {
        return new HuggingFaceRope(config, headDim).local(defaultBase);
    }

    @Override
    public ModelFileException refuse(Key key, String problem) {
        return config.refuse(key.huggingFace(), problem);
    }

    /** Keys that begin with an underscore are transformers' own notes; what is false or empty asks for nothing. */
    @Override
    public void refuseOthers() {
        for (String key : config.unread()) {
            if (!key.startsWith("_") && !HARMLESS.contains(key) && !config.blank(key) && !neutral(key)) {
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
