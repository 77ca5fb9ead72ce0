package io.baseload.service.registry;

import java.time.Duration;

/** A hold on a loaded model: while it is open the model is not unloaded. */
public interface ServedModel extends AutoCloseable {
    /** The model's id, whatever alias was asked for. */
    String id();

    /** Names build and weights. */
    String fingerprint();

    ModelUse use();

    /** Whether a backend answers, which has a queue of its own. */
    boolean isElsewhere();

    /** As {@link io.baseload.engine.api.ResidentModel#places}. */
    int places();

    /** As {@link io.baseload.engine.api.ResidentModel#queueTime}. */
    Duration queueTime();

    /**
     * Hears how an answer of it ended, if it came to an end of its own or failed.
     *
     * @param firstToken how long the first token took
     */
    default void ended(boolean failed, Duration firstToken) {}

    /** Lets go; a second call does nothing. */
    @Override
    void close();
}
