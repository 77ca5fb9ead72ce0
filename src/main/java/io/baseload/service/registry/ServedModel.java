package io.baseload.service.registry;

import java.time.Duration;

/** A hold on a loaded model: while it is open the model is not unloaded. */
public interface ServedModel extends AutoCloseable {
    /** The model's id, whatever alias was used. */
    String id();

    /** Identifies build and weights. */
    String fingerprint();

    ModelUse use();

    /** Whether the beginning of a request's computation, and each of its tokens, are seen. If not, asking it is a call to another server. */
    boolean showsSteps();

    /** The most answers of one request. */
    int maxAnswers();

    /** Whether its outputs need the memory whose end is a {@link io.baseload.chat.api.NoRoomForOutputsException}. */
    boolean sharesOutputMemory();

    /** As {@link io.baseload.engine.api.ResidentModel#places}. */
    int places();

    /** As {@link io.baseload.engine.api.ResidentModel#queueTime}. */
    Duration queueTime();

    /**
     * Receives the end of one of its answers, if it finished by itself or failed.
     *
     * @param firstToken how long the first token took
     */
    default void ended(boolean failed, Duration firstToken) {}

    /** Releases it; a second call does nothing. */
    @Override
    void close();
}
