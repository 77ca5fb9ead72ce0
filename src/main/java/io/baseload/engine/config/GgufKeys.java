package io.baseload.engine.config;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.Metadata;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** The hyperparameters in the metadata of a GGUF file. */
public final class GgufKeys implements Keys {
    private static final String ARCHITECTURE = "general.architecture";
    private static final String TOKENIZER = "tokenizer.";
    private static final String LABELS = "classifier.output_labels";

    /** Keys that don't change the result. */
    private static final Set<String> HARMLESS = Set.of(
            "vocab_size",
            "tensor_data_layout",
            LABELS,
            "rope.scaling.finetuned",
            "rope.scaling.original_context_length",
            "attention.layer_norm_epsilon");

    /** Keys that don't change the result if they have this value. */
    private static final Map<String, Double> NEUTRAL = Map.ofEntries(
            Map.entry("expert_count", 0.0),
            Map.entry("expert_used_count", 0.0),
            Map.entry("attention.sliding_window", 0.0),
            Map.entry("attention.clamp_kqv", 0.0),
            Map.entry("attention.max_alibi_bias", 0.0),
            Map.entry("attention.temperature_length", 0.0),
            Map.entry("attn_logit_softcapping", 0.0),
            Map.entry("final_logit_softcapping", 0.0),
            Map.entry("logit_scale", 1.0),
            Map.entry("embedding_scale", 1.0),
            Map.entry("residual_scale", 1.0),
            Map.entry("rope.scaling.attn_factor", 1.0));

    private final Metadata metadata;
    private final ModelCheckpoint weights;
    private final String architecture;
    private final Set<String> read = new HashSet<>();

    /** @throws ModelFileException if the file has no architecture */
    public GgufKeys(Metadata metadata, ModelCheckpoint weights) {
        this.metadata = metadata;
        this.weights = weights;
        this.architecture =
                metadata.string(ARCHITECTURE).orElseThrow(() -> metadata.refuse(ARCHITECTURE, "is missing"));
    }

    @Override
    public boolean gguf() {
        return true;
    }

    @Override
    public String architecture() {
        return architecture;
    }

    @Override
    public String name() {
        return metadata.string("general.name").orElse("");
    }

    @Override
    public int vocabulary() {
        StoredTensor embedding = weights.tensor("token_embd.weight")
                .orElseThrow(() -> metadata.refuse("token_embd.weight", "is missing: no such tensor"));
        long tokens = metadata.arrayLength("tokenizer.ggml.tokens");
        if (embedding.rows() != tokens) {
            throw embedding.refuse(
                    "has " + embedding.rows() + " rows, but there are " + tokens + " tokens in tokenizer.ggml.tokens");
        }
        return Math.toIntExact(tokens);
    }

    @Override
    public boolean tied(boolean otherwise) {
        return !stores("output.weight");
    }

    /** A classifier without labels computes only a score. */
    @Override
    public int labels() {
        List<String> labels = metadata.strings(full(LABELS));
        return labels.isEmpty() ? 1 : labels.size();
    }

    @Override
    public boolean mentions(Key key) {
        return metadata.has(full(key.gguf()));
    }

    @Override
    public OptionalLong integer(Key key) {
        return metadata.integer(full(key.gguf()));
    }

    @Override
    public OptionalDouble number(Key key) {
        return metadata.number(full(key.gguf()));
    }

    @Override
    public Optional<Boolean> flag(Key key) {
        return metadata.flag(full(key.gguf()));
    }

    @Override
    public Optional<String> text(Key key) {
        return metadata.string(full(key.gguf()));
    }

    @Override
    public List<Long> integers(Key key) {
        return metadata.integers(full(key.gguf())).stream()
                .map(Integer::longValue)
                .toList();
    }

    @Override
    public List<String> texts(Key key) {
        return metadata.strings(full(key.gguf()));
    }

    @Override
    public boolean stores(String tensor) {
        return weights.tensor(tensor).isPresent();
    }

    @Override
    public Rope rope(int dimensions, double defaultBase) {
        return new GgufRope(this, dimensions).read(defaultBase);
    }

    @Override
    public Rope localRope(int dimensions, double defaultBase) {
        return new GgufRope(this, dimensions).local(defaultBase);
    }

    @Override
    public QuantizationConfig quantization() {
        return new QuantizationConfig.None();
    }

    /** A key's name in the file, which is recorded as read. If the family has no such key, a name that no file has. */
    private String full(String name) {
        read.add(name);
        return name.startsWith(TOKENIZER) ? name : architecture + "." + name;
    }

    @Override
    public ModelFileException refuse(Key key, String problem) {
        boolean whole = key.equals(Key.ARCHITECTURE) || key.gguf().startsWith(TOKENIZER);
        return metadata.refuse(whole ? key.gguf() : architecture + "." + key.gguf(), problem);
    }

    @Override
    public void refuseOthers() {
        String prefix = architecture + ".";
        for (String name : metadata.names()) {
            String key = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
            if (!key.isEmpty() && !read.contains(key) && !harmless(key)) {
                throw metadata.refuse(name, "asks for something that is not supported in " + architecture);
            }
        }
    }

    private boolean harmless(String key) {
        if (HARMLESS.contains(key)) {
            return true;
        }
        if (key.equals("attention.causal")) {
            return metadata.flag(full(key)).orElse(true);
        }
        return NEUTRAL.containsKey(key)
                && metadata.number(architecture + "." + key).orElse(Double.NaN) == NEUTRAL.get(key);
    }
}
