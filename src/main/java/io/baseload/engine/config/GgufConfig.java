package io.baseload.engine.config;

import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.Metadata;
import io.baseload.engine.format.StoredTensor;
import java.util.OptionalLong;

/** Reads a model's hyperparameters from the metadata of a GGUF file. */
public final class GgufConfig {
    private static final String LLAMA = "llama";

    /** Larger than any of these numbers is in any model, small enough that products of two fit a long. */
    private static final int LARGEST = 1 << 24;

    private final GgufFile file;
    private final Metadata keys;
    private final String architecture;

    private GgufConfig(GgufFile file, String architecture) {
        this.file = file;
        this.keys = file.metadata();
        this.architecture = architecture;
    }

    /**
     * The hyperparameters in a file.
     *
     * @throws io.baseload.engine.api.ModelFileException if a key is missing, contradicts another, or asks for what this version doesn't compute
     */
    public static ModelConfig read(GgufFile file) {
        String key = "general.architecture";
        String architecture =
                file.metadata().string(key).orElseThrow(() -> file.metadata().refuse(key, "is missing"));
        if (!architecture.equals(LLAMA)) {
            throw file.metadata().refuse(key, "is " + architecture + "; supported is " + LLAMA);
        }
        return new GgufConfig(file, architecture).read();
    }

    private ModelConfig read() {
        new Unsupported(keys, architecture).refuse();
        int hidden = size("embedding_length");
        int heads = size("attention.head_count");
        int kvHeads = size("attention.head_count_kv", heads);
        int headDim = headDim(hidden, heads);
        if (heads % kvHeads != 0) {
            throw refuse("attention.head_count_kv", "is " + kvHeads + ", it must divide the " + heads + " heads");
        }
        return new ModelConfig(
                architecture,
                keys.string("general.name").orElse(""),
                size("context_length"),
                vocabulary(),
                size("block_count"),
                hidden,
                heads,
                kvHeads,
                headDim,
                size("feed_forward_length"),
                epsilon(),
                rope(headDim));
    }

    private int headDim(int hidden, int heads) {
        if (!keys.has(key("attention.key_length")) && hidden % heads != 0) {
            throw refuse("attention.head_count", "is " + heads + ", it must divide the embedding length " + hidden);
        }
        int headDim = size("attention.key_length", hidden / heads);
        int valueDim = size("attention.value_length", headDim);
        if (valueDim != headDim) {
            throw refuse("attention.value_length", "is " + valueDim + ", it must equal the key length " + headDim);
        }
        if ((long) headDim * heads > LARGEST) {
            throw refuse("attention.head_count", "is " + heads + ", too many heads of width " + headDim);
        }
        return headDim;
    }

    private int vocabulary() {
        StoredTensor embedding = file.tensor("token_embd.weight")
                .orElseThrow(() -> keys.refuse("token_embd.weight", "is missing: no such tensor"));
        long tokens = keys.arrayLength("tokenizer.ggml.tokens");
        if (embedding.rows() != tokens) {
            throw embedding.refuse(
                    "has " + embedding.rows() + " rows, there are " + tokens + " tokens in tokenizer.ggml.tokens");
        }
        return Math.toIntExact(tokens);
    }

    private float epsilon() {
        String key = key("attention.layer_norm_rms_epsilon");
        double epsilon = keys.number(key).orElseThrow(() -> keys.refuse(key, "is missing"));
        if (!(epsilon >= 0 && epsilon < 1)) {
            throw keys.refuse(key, "is " + epsilon + ", it must be from 0 to 1");
        }
        return (float) epsilon;
    }

    private RopeConfig rope(int headDim) {
        int dimensions = size("rope.dimension_count", headDim);
        if (dimensions > headDim || dimensions % 2 != 0) {
            throw refuse(
                    "rope.dimension_count",
                    "is " + dimensions + ", it must be even and at most the head's width " + headDim);
        }
        double factor = scaled()
                ? positive(
                        "rope.scaling.factor",
                        keys.number(key("rope.scale_linear")).orElse(1))
                : 1;
        return new RopeConfig(positive("rope.freq_base", 10_000), dimensions, factor);
    }

    /** Files from before scaling had a type have only {@code rope.scale_linear}. */
    private boolean scaled() {
        String type = keys.string(key("rope.scaling.type")).orElse("linear");
        if (!type.equals("none") && !type.equals("linear")) {
            throw refuse(
                    "rope.scaling.type",
                    "is " + type + "; supported are none and linear (and Llama 3's, by the tensor rope_freqs.weight)");
        }
        return type.equals("linear");
    }

    private double positive(String name, double otherwise) {
        double value = keys.number(key(name)).orElse(otherwise);
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw refuse(name, "is " + value + ", it must be positive");
        }
        return value;
    }

    private int size(String name) {
        return size(name, keys.integer(key(name)));
    }

    private int size(String name, int otherwise) {
        OptionalLong value = keys.integer(key(name));
        return value.isPresent() ? size(name, value) : otherwise;
    }

    private int size(String name, OptionalLong value) {
        long size = value.orElseThrow(() -> refuse(name, "is missing"));
        if (size < 1 || size > LARGEST) {
            throw refuse(name, "is " + size + ", it must be from 1 to " + LARGEST);
        }
        return (int) size;
    }

    private String key(String name) {
        return architecture + "." + name;
    }

    private RuntimeException refuse(String name, String problem) {
        return keys.refuse(key(name), problem);
    }
}
