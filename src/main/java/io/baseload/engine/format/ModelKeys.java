package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;

/** A model's configuration: GGUF's metadata, or the {@code config.json} of a Hugging Face folder. */
public sealed interface ModelKeys permits Metadata, ConfigKeys {
    /** An exception with the offset of a key's value, or without one if the key is missing. */
    ModelFileException refuse(String key, String problem);
}
