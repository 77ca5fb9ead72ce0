package io.baseload.chat.encoding;

import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.EncodingsProvider;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;

/** The provider for {@link Encodings#of}. */
public final class ModelEncodingsProvider implements EncodingsProvider {
    @Override
    public Encodings of(LoadedEncoder encoder) {
        EncoderWords words = EncoderWords.of(encoder.info().task(), encoder.vocabulary(), Path.of(encoder.name()));
        return new ModelEncodings(encoder, words);
    }

    @Override
    public void check(ModelInfo info, Vocabulary vocabulary, Path model) {
        EncoderWords.of(info.task(), vocabulary, model);
    }
}
