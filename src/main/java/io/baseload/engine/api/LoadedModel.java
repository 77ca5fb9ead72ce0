package io.baseload.engine.api;

/** A model in memory that generates. */
public non-sealed interface LoadedModel extends ResidentModel {
    /**
     * Queues a request. The sink hears of it from the engine's thread.
     *
     * @throws OverloadedException if the queue is full
     * @throws ModelClosedException if {@link #close} was called
     * @throws IllegalArgumentException if the prompt is empty, longer than the context, or has an id outside the vocabulary
     */
    Generation generate(GenerationRequest request, TokenSink sink);

    /**
     * Measures how fast decode steps of this model can be at best on this machine. It takes some seconds of all workers' CPUs; the engine should have nothing else
     * to do, and the model must stay open meanwhile.
     *
     * @param sequences that share a step
     */
    Roofline roofline(int sequences);
}
