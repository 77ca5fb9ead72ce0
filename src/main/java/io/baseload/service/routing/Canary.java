package io.baseload.service.routing;

import io.baseload.service.routing.AliasRoute.AliasTarget;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A new model that gets a share of a name's requests until it has proved itself.
 *
 * @param reason why it ended; empty while it runs
 */
public record Canary(
        String alias,
        String model,
        Optional<String> backend,
        Rule rule,
        State state,
        String reason,
        Instant startedAt,
        @Nullable Instant endedAt) {

    /** Its state. */
    public enum State {
        RUNNING,
        /** The name points to it alone. */
        PROMOTED,
        /** The name points to its previous targets. */
        ROLLED_BACK
    }

    /** The side that answered. */
    public enum Arm {
        STABLE,
        CANARY
    }

    /**
     * The criteria.
     *
     * @param percent of the requests that it gets
     * @param minRequests answers of each side before it can be promoted
     * @param maxErrorRate share of its answers that may fail, from 0 to 1
     * @param maxLatencyRatio largest ratio of its time to the first token to that of the models before it, at the 95th percentile
     */
    public record Rule(int percent, long minRequests, double maxErrorRate, double maxLatencyRatio) {
        /** How many of so many answers may fail; fewer than are required may have as many errors as these. */
        long allowedErrors(long answers) {
            return (long) Math.floor(maxErrorRate * Math.max(minRequests, answers));
        }
    }

    AliasTarget target() {
        return AliasTarget.of(model, backend);
    }

    Canary ended(State end, String why) {
        return new Canary(alias, model, backend, rule, end, why, startedAt, Instant.now());
    }
}
