package io.baseload.engine.config;

import io.baseload.engine.api.ModelFileException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The hyperparameters in a model's files, in any format. Records which keys were read. */
public sealed interface Keys permits GgufKeys, HuggingFaceKeys {
    /** Whether the files are llama.cpp's, which leave out values that llama.cpp derives from the family's name. */
    boolean gguf();

    /** The family's name in the files. */
    String architecture();

    /** The model's name in the files; "" if there is none. */
    String name();

    /** Number of tokens. */
    int vocabulary();

    /**
     * Whether the embedding is also the matrix that computes logits.
     *
     * @param otherwise the family's default if the files don't specify it
     */
    boolean tied(boolean otherwise);

    /** Number of a classifier's classes; 1 if it computes a score. */
    int labels();

    /** Whether a key exists, even if its value is null. */
    boolean mentions(Key key);

    OptionalLong integer(Key key);

    OptionalDouble number(Key key);

    Optional<Boolean> flag(Key key);

    Optional<String> text(Key key);

    /** Empty if there is no such key. */
    List<Long> integers(Key key);

    /** Empty if there is no such key. */
    List<String> texts(Key key);

    /** Whether a GGUF file has a tensor, which shows that the model has an optional part. */
    boolean stores(String tensor);

    /**
     * How layers rotate queries and keys.
     *
     * @param dimensions number of elements at the start of a head that are rotated, if the files don't specify it; even
     * @param defaultBase θ if the files don't specify it
     */
    Rope rope(int dimensions, double defaultBase);

    /** The same for layers with a sliding window, in families where these have a different embedding. */
    Rope localRope(int dimensions, double defaultBase);

    /** The quantization of linear layers, if the tensors' types don't define it. */
    QuantizationConfig quantization();

    /** An exception that names the key. */
    ModelFileException refuse(Key key, String problem);

    /**
     * Refuses any key that was not read and may change the result.
     *
     * @throws ModelFileException if there is one; it names the key
     */
    void refuseOthers();
}
