package io.baseload.engine.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A model in memory, which either generates or encodes. Safe for use by several threads. */
public sealed interface ResidentModel extends AutoCloseable permits LoadedModel, LoadedEncoder {
    String name();

    ModelInfo info();

    Vocabulary vocabulary();

    /** Tokens that one sequence may hold: prompt and answer, or a text. */
    int contextLength();

    ModelLoad load();

    /** Requests of one flow that may run and wait; one more is refused with {@link OverloadedException}. */
    int places();

    /** How long a caller that was refused should wait before trying again: about as long as the requests before it take. */
    Duration queueTime();

    /** What the workers have spent their time on since the model was loaded. */
    OperatorTimes times();

    /** Accepts nothing more. Native memory is freed when what runs has ended; does not wait for that. */
    @Override
    void close();

    /** Completes when the model was closed and all its native memory is freed. */
    CompletableFuture<Void> freed();
}
