package io.baseload.service.registry;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.ModelLoad;
import io.baseload.engine.api.Precision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A model as operators see it.
 *
 * @param bytes the size of its file
 * @param contextLength tokens that the model can see, by its file
 * @param load what it is doing, if it is in memory
 * @param precision what its linear layers compute with when it is loaded
 * @param kvPrecision how its KV cache stores keys and values then
 * @param pinned whether it stays in memory although nobody asks it, or others need room
 * @param failure why it could not be loaded, if the last try failed
 */
public record Model(
        String id,
        State state,
        String architecture,
        String format,
        long bytes,
        int contextLength,
        String sha256,
        List<String> aliases,
        Optional<ModelLoad> load,
        Precision precision,
        KvPrecision kvPrecision,
        boolean pinned,
        Optional<String> failure,
        Instant createdAt) {

    /** Where a model is. */
    public enum State {
        /** On disk. */
        STORED,
        /** On its way into memory. */
        LOADING,
        /** Answers. */
        LOADED,
        /** Finishes what runs, accepts nothing new, then leaves memory. */
        DRAINING,
        /** On disk; the last try to load it failed. */
        FAILED
    }
}
