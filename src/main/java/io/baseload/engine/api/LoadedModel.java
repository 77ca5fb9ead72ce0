package io.baseload.engine.api;

/** A model in memory that generates text. */
public non-sealed interface LoadedModel extends ResidentModel {
    /**
     * Queues a request. The engine's thread calls the sink.
     *
     * @throws OverloadedException if the queue is full
     * @throws ModelClosedException if {@link #close} was called
     * @throws IllegalArgumentException if the prompt is empty, longer than the context, or has an id outside the vocabulary
     */
    Generation generate(GenerationRequest request, TokenSink sink);

    /**
     * Measures the highest possible rate of this model's decode steps on this machine. Takes some seconds of all workers' CPUs. The engine should be otherwise idle, and the model must stay
     * open meanwhile.
     *
     * @param sequences that share a step
     */
    Roofline roofline(int sequences);
}
