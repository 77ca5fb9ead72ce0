package io.baseload.service.registry;

import io.baseload.service.tenant.Caller;
import java.time.Instant;
import java.util.List;

/** Which models answer, by the names that users know. */
public interface ModelDirectory {
    /**
     * Takes hold of the model behind an alias or id; it stays loaded until the hold is closed.
     *
     * @throws UnknownModelException if there is no such model, or the caller's key may not see it
     * @throws ModelUnavailableException if it is stored but not loaded
     */
    ServedModel acquire(Caller caller, String name);

    /** What {@code GET /v1/models} shows this caller: loaded models and aliases to them. */
    List<Card> visibleTo(Caller caller);

    /** A name under which a model answers: an alias or a model's own id. */
    record Card(String id, Instant created) {}
}
