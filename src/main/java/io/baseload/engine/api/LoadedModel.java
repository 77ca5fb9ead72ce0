package io.baseload.engine.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A model in memory. Safe for use by several threads. */
public interface LoadedModel extends AutoCloseable {
    String name();

    ModelInfo info();

    Vocabulary vocabulary();

    /** Tokens that one sequence may hold, prompt and answer. */
    int contextLength();

    /**
     * Queues a request. The sink hears of it from the engine's thread.
     *
     * @throws OverloadedException if the queue is full
     * @throws ModelClosedException if {@link #close} was called
     * @throws IllegalArgumentException if the prompt is empty, longer than the context, or has an id outside the vocabulary
     */
    Generation generate(GenerationRequest request, TokenSink sink);

    ModelLoad load();

    /** Requests of one flow that may run and wait; one more is refused with {@link OverloadedException}. */
    int places();

    /** When it makes sense to come again for who finds no place: as long as those before would take. */
    Duration queueTime();

    /** What the workers have spent their time on since the model was loaded. */
    OperatorTimes times();

    /**
     * Measures how fast decode steps of this model can be at best on this machine. It takes some seconds of all workers' CPUs; the engine should have nothing else
     * to do, and the model must stay open meanwhile.
     *
     * @param sequences that share a step
     */
    Roofline roofline(int sequences);

    /** Accepts nothing more. Native memory is freed when the last running generation has ended; does not wait for that. */
    @Override
    void close();

    /** Completes when the model was closed and all its native memory is freed. */
    CompletableFuture<Void> freed();
}
