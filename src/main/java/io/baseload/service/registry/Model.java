package io.baseload.service.registry;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.ModelLoad;
import io.baseload.engine.api.Precision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A model as seen by operators.
 *
 * @param bytes the size of its file
 * @param contextLength the context length stated in its file
 * @param load its current work, if it is in memory
 * @param precision the precision of its linear layers when it is loaded
 * @param kvPrecision the number format of its KV cache then
 * @param pinned whether it stays in memory although nobody uses it, or others need room
 * @param failure why it could not be loaded, if the last attempt failed
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

    /** The state of a model. */
    public enum State {
        /** On disk. */
        STORED,
        /** Being loaded. */
        LOADING,
        /** Answers. */
        LOADED,
        /** Finishes running answers, accepts nothing new, then is unloaded. */
        DRAINING,
        /** On disk; the last attempt to load it failed. */
        FAILED
    }
}
