package io.baseload.engine.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** A model in memory that computes a vector for each text, or the relevance of a document to a query. It keeps nothing of a text: there is no KV cache, and nothing is decoded. */
public non-sealed interface LoadedEncoder extends ResidentModel {
    /** Length of a text's vector; 1 if the model computes relevance. */
    int dimensions();

    /**
     * Queues texts. The engine computes them together with other callers' texts: whole texts, as many in a step as it has rows for.
     *
     * @param begun receives the number of tokens of each text when its computation begins; called on the engine's thread, must not block
     * @return completes with a vector for each text, in order; cancelling it skips texts that aren't computed yet
     * @throws OverloadedException if the flow has too many requests already
     * @throws ModelClosedException if {@link #close} was called
     * @throws IllegalArgumentException if a text is empty, longer than {@link #contextLength}, or has an id outside the vocabulary
     */
    CompletableFuture<List<float[]>> encode(List<EncoderText> texts, FlowId flow, IntConsumer begun);

    /** The same without notices of the texts that begin. */
    default CompletableFuture<List<float[]>> encode(List<EncoderText> texts, FlowId flow) {
        return encode(texts, flow, tokens -> {});
    }
}
