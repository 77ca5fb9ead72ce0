package io.baseload.engine.config;

import io.baseload.engine.api.ModelFileException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What a model's files say about it beside its weights, whatever their format. Remembers which keys were asked for. */
public sealed interface Keys permits GgufKeys, HuggingFaceKeys {
    /** Whether the files are llama.cpp's; they leave out what llama.cpp knows by the family's name. */
    boolean gguf();

    /** What the files call the family. */
    String architecture();

    /** What the model calls itself, "" if it doesn't. */
    String name();

    /** Number of tokens. */
    int vocabulary();

    /**
     * Whether the matrix that makes logits is the embedding.
     *
     * @param otherwise what the family does where the files don't say
     */
    boolean tied(boolean otherwise);

    /** How many classes a classifier tells apart: 1 where it gives a score. */
    int labels();

    /** Whether a key is there, be its value null. */
    boolean mentions(Key key);

    OptionalLong integer(Key key);

    OptionalDouble number(Key key);

    Optional<Boolean> flag(Key key);

    Optional<String> text(Key key);

    /** Empty if there is no such key. */
    List<Long> integers(Key key);

    /** Empty if there is no such key. */
    List<String> texts(Key key);

    /** Whether a GGUF file has a tensor, which is how it says that a model has an optional part. */
    boolean stores(String tensor);

    /**
     * How layers rotate queries and keys.
     *
     * @param dimensions elements at the start of a head that are rotated, where the files don't say; an even number
     * @param defaultBase θ where the files don't say
     */
    Rope rope(int dimensions, double defaultBase);

    /** The same for layers with a sliding window, in families where these have an embedding of their own. */
    Rope localRope(int dimensions, double defaultBase);

    /** How linear layers are quantized, where the tensors' types don't say it. */
    QuantizationConfig quantization();

    /** A refusal that points at a key. */
    ModelFileException refuse(Key key, String problem);

    /**
     * Refuses a key that nobody asked for and that may change what the model computes.
     *
     * @throws ModelFileException naming it
     */
    void refuseOthers();
}
