package io.baseload.chat.api;

import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;

/** Found by {@link java.util.ServiceLoader}. */
public interface EncodingsProvider {
    /** Implements {@link Encodings#of}. */
    Encodings of(LoadedEncoder encoder);

    /** Implements {@link Encodings#check}. */
    void check(ModelInfo info, Vocabulary vocabulary, Path model);
}
