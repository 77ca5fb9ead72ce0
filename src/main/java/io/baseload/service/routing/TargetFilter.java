package io.baseload.service.routing;

import io.baseload.service.registry.ServedModel;
import io.baseload.service.routing.AliasRoute.AliasTarget;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Selects the targets of a name that a request may be sent to. */
@FunctionalInterface
public interface TargetFilter {
    /** Selects all of them. */
    TargetFilter ALL = (targets, local) -> targets;

    /**
     * Selects targets.
     *
     * @param local acquires the local model among the targets; empty if it is not in memory. The filter closes it
     * @return some of the targets, in their order
     * @throws io.baseload.chat.api.InvalidRequestException if none of them takes the request
     */
    List<AliasTarget> select(List<AliasTarget> targets, Supplier<Optional<ServedModel>> local);
}
