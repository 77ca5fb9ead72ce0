package io.baseload.engine.config;

/**
 * A hyperparameter with its names in files.
 *
 * @param huggingFace its key in {@code config.json}, {@code a.b} for b inside of a; "" if there is none
 * @param gguf its key in GGUF's metadata after the architecture's name, or the whole key if it begins with {@code tokenizer.}; "" if there is none
 */
public record Key(String huggingFace, String gguf) {
    /** The family's name; this is the whole key in GGUF. */
    public static final Key ARCHITECTURE = new Key("model_type", "general.architecture");

    public static final Key CONTEXT = new Key("max_position_embeddings", "context_length");
    public static final Key HIDDEN = new Key("hidden_size", "embedding_length");
    public static final Key LAYERS = new Key("num_hidden_layers", "block_count");
    public static final Key FEED_FORWARD = new Key("intermediate_size", "feed_forward_length");
    public static final Key HEADS = new Key("num_attention_heads", "attention.head_count");
    public static final Key KV_HEADS = new Key("num_key_value_heads", "attention.head_count_kv");
    public static final Key HEAD_DIM = new Key("head_dim", "attention.key_length");
    public static final Key VALUE_DIM = new Key("", "attention.value_length");
    public static final Key EPSILON = new Key("rms_norm_eps", "attention.layer_norm_rms_epsilon");
    public static final Key WINDOW = new Key("sliding_window", "attention.sliding_window");
}
