package io.baseload.chat.api;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** The interface for vectors of texts, and for the relevance of documents to a query. Thread-safe. */
public interface Encodings {

    /**
     * Prepares a loaded encoder: builds its tokenizer.
     *
     * @throws io.baseload.engine.api.ModelFileException if the vocabulary is broken or unknown
     */
    static Encodings of(LoadedEncoder encoder) {
        return provider().of(encoder);
    }

    /**
     * Checks that an encoder which is not loaded yet can be used.
     *
     * @param model the file or folder, for the messages
     * @throws io.baseload.engine.api.ModelFileException if the vocabulary is broken or unknown
     */
    static void check(ModelInfo info, Vocabulary vocabulary, Path model) {
        provider().check(info, vocabulary, model);
    }

    private static EncodingsProvider provider() {
        return ServiceLoader.load(EncodingsProvider.class, Encodings.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Baseload encoding layer on the class path"));
    }

    /**
     * The model's tokens. A conversation is refused.
     *
     * @param flow the flow whose long texts take turns with those of others
     * @throws InvalidRequestException if the texts are tokenized elsewhere, so that the tokens are unknown here
     */
    TokenCodec tokens(FlowId flow);

    /**
     * Tokenizes, if the texts are tokenized here; computes nothing yet.
     *
     * @param flow the flow in which the request shares the engine with others
     * @param maxTokens of all texts; if they are tokenized elsewhere, an estimate is held against it
     * @throws InvalidRequestException if this model can't compute the request, or it has more tokens
     * @throws io.baseload.engine.api.OverloadedException if too many long texts of this flow are waiting to be tokenized
     */
    PreparedEncoding prepare(EncodingRequest request, FlowId flow, int maxTokens);

    /** The same for a program that is the only user of the model. */
    default PreparedEncoding prepare(EncodingRequest request) {
        return prepare(request, FlowId.NONE, Integer.MAX_VALUE);
    }
}
