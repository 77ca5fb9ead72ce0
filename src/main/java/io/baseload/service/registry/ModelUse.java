package io.baseload.service.registry;

import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.TokenCodec;
import io.baseload.engine.api.FlowId;

/** The use of a model. */
public sealed interface ModelUse {
    /** It answers, here or remotely. */
    record Answers(Completions completions) implements ModelUse {}

    /** It computes vectors of texts, or ranks documents. */
    record Encodes(Encodings encodings) implements ModelUse {}

    /** One of the two; nobody here knows which. */
    record Either(Completions completions, Encodings encodings) implements ModelUse {}

    /** @throws InvalidRequestException if it encodes */
    default Completions completions() {
        return switch (this) {
            case Answers answers -> answers.completions();
            case Either either -> either.completions();
            case Encodes encodes ->
                throw refused(
                        "This model is an encoder and generates no text: use it with /v1/embeddings or /v1/rerank.");
        };
    }

    /**
     * Its tokens, whatever it is used for.
     *
     * @throws InvalidRequestException if they are not known here
     */
    default TokenCodec tokens(FlowId flow) {
        return switch (this) {
            case Answers answers -> answers.completions().tokens(flow);
            case Either either -> either.completions().tokens(flow);
            case Encodes encodes -> encodes.encodings().tokens(flow);
        };
    }

    /** @throws InvalidRequestException if it answers */
    default Encodings encodings() {
        return switch (this) {
            case Answers answers ->
                throw refused(
                        "This model generates text and computes no embeddings: use it with /v1/chat/completions or"
                                + " /v1/completions.");
            case Encodes encodes -> encodes.encodings();
            case Either either -> either.encodings();
        };
    }

    private static InvalidRequestException refused(String why) {
        return new InvalidRequestException("model", "unsupported_value", why);
    }
}
