package io.baseload.service.inference;

import io.baseload.service.quota.QuotaDecision;
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
    Optional<Duration> of(Optional<Duration> own, QuotaDecision.Granted granted) {
        return Stream.concat(own.stream(), granted.maxWait().or(() -> standard).stream())
                .min(Comparator.naturalOrder());
    }
}
