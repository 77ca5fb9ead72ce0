package io.baseload.service.routing;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.ModelTask;
import io.baseload.service.registry.LoadPatience;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.tenant.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds models by the names that users know. */
public interface ModelDirectory {
    /**
     * The models that may answer to an alias or id, in the order in which they are tried: the next one if one is overloaded, does not answer or refuses the request. Never empty.
     *
     * @param filter of an alias's targets
     * @throws io.baseload.service.registry.UnknownModelException if there is no such model, or the caller's key may not see it
     */
    List<Target> route(Caller caller, String name, TargetFilter filter);

    /** The models in {@code GET /v1/models} for this caller: loaded models, models of backends, and aliases to them. */
    List<Card> visibleTo(Caller caller);

    /** The ids of all models: stored ones, those in memory, and those of backends. */
    Set<String> ids();

    /** A model that may answer. */
    @FunctionalInterface
    interface Target {
        /**
         * Acquires it; it stays where it is until the hold is closed.
         *
         * @param patience how long this waits if the model is loaded on request first
         * @throws io.baseload.service.registry.UnknownModelException if there is no such model
         * @throws io.baseload.service.registry.ModelUnavailableException if it is stored but not loaded, or not in time
         * @throws io.baseload.chat.api.AbandonedException if nobody waits for it any more
         * @throws io.baseload.chat.api.UpstreamException if it is on a backend that is down
         */
        ServedModel acquire(LoadPatience patience);

        /** Whether it is a canary: its errors are not those of the name. */
        default boolean isTrial() {
            return false;
        }

        /** Receives its refusal of a request that another target has accepted, if it is a canary. */
        default void refused(InvalidRequestException refusal) {}
    }

    /**
     * A name under which a model answers: an alias or a model's own id.
     *
     * @param task what it does, if that is known: of a model that is not in memory, or on a backend, it isn't
     */
    record Card(String id, Instant created, Optional<ModelTask> task) {}
}
