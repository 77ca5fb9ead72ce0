package io.baseload.chat.api;

import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** The one interface for vectors of texts, and for the relevance of documents to a query. Safe for use by several threads. */
public interface Encodings {

    /**
     * Makes a loaded encoder askable: builds its tokenizer.
     *
     * @throws io.baseload.engine.api.ModelFileException if the vocabulary is broken or unknown
     */
    static Encodings of(LoadedEncoder encoder) {
        return provider().of(encoder);
    }

    /**
     * That an encoder which is not loaded yet can be asked.
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

    /** Numbers of a text's vector; 1 where documents are ranked. */
    int dimensions();

    /**
     * Tokenizes; computes nothing yet.
     *
     * @param flow who shares the engine with others
     * @throws InvalidRequestException if this model can't compute what is asked
     */
    PreparedEncoding prepare(EncodingRequest request, FlowId flow);

    /** The same for a program that has the model to itself. */
    default PreparedEncoding prepare(EncodingRequest request) {
        return prepare(request, FlowId.NONE);
    }
}
