package io.baseload.service.inference;

import io.baseload.service.tenant.Caller;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long requests may wait until a model starts them.
 *
 * @param standard for tenants without a setting; empty = for ever
 */
record MaxWait(Optional<Duration> standard) {
    /** The shorter of the request's own limit and that of its tenant or, if it has none, the service. */
    Optional<Duration> of(Optional<Duration> own, Caller caller) {
        return Stream.concat(own.stream(), caller.maxWait().or(() -> standard).stream())
                .min(Comparator.naturalOrder());
    }
}
