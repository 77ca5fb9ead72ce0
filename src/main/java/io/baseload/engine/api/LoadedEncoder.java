package io.baseload.engine.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A model in memory that makes of each text a vector, or of a query and a document their relevance. It keeps nothing of a text: there is no cache of keys and values, and nothing is decoded. */
public non-sealed interface LoadedEncoder extends ResidentModel {
    /** Numbers of a text's vector; 1 where it is a relevance. */
    int dimensions();

    /**
     * Queues texts. The engine computes them together with those of others, whole texts only, as many in a step as it has rows.
     *
     * @return completes with a vector for each text, in their order; cancelling it leaves out what isn't computed yet
     * @throws OverloadedException if the flow has too many requests already
     * @throws ModelClosedException if {@link #close} was called
     * @throws IllegalArgumentException if a text is empty, longer than {@link #contextLength}, or has an id outside the vocabulary
     */
    CompletableFuture<List<float[]>> encode(List<EncoderText> texts, FlowId flow);
}
