package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;

/** What a model's files say about it beside its tensors: GGUF's metadata, or the {@code config.json} of a Hugging Face folder. */
public sealed interface ModelKeys permits Metadata, ConfigKeys {
    /** A refusal that points at a key's value, or at no place if the key is missing. */
    ModelFileException refuse(String key, String problem);
}
