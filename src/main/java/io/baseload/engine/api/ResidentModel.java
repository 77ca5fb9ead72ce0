package io.baseload.engine.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A model in memory, which either generates or encodes. Thread-safe. */
public sealed interface ResidentModel extends AutoCloseable permits LoadedModel, LoadedEncoder {
    String name();

    ModelInfo info();

    Vocabulary vocabulary();

    /** The most tokens of one sequence: prompt and answer, or a text. */
    int contextLength();

    ModelLoad load();

    /** The most requests of one flow, running and waiting; one more is refused with {@link OverloadedException}. */
    int places();

    /** How long a refused caller should wait before trying again: about as long as the requests before it take. */
    Duration queueTime();

    /** The workers' time on this model since it was loaded. */
    OperatorTimes times();

    /** Stops accepting requests. Native memory is freed once the running requests have ended; this method does not wait for that. */
    @Override
    void close();

    /** Completes once the model is closed and all its native memory is freed. */
    CompletableFuture<Void> freed();
}
