package io.baseload.service.registry;

import io.baseload.service.registry.AliasRoute.AliasTarget;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A new model that gets a part of a name's requests until it has shown what it can.
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

    /** What became of it. */
    public enum State {
        RUNNING,
        /** The name points to it alone. */
        PROMOTED,
        /** The name points to what it pointed to before. */
        ROLLED_BACK
    }

    /** Which of the two answered. */
    public enum Arm {
        STABLE,
        CANARY
    }

    /**
     * By what it is judged.
     *
     * @param percent of the requests that it gets
     * @param minRequests answers of each before it can be promoted
     * @param maxErrorRate part of its answers that may fail, from 0 to 1
     * @param maxLatencyRatio how much longer its first token may take, at the 95th percentile, than that of the models before it
     */
    public record Rule(int percent, long minRequests, double maxErrorRate, double maxLatencyRatio) {}

    AliasTarget target() {
        return new AliasTarget(model, backend, 1, 0);
    }

    Canary ended(State end, String why) {
        return new Canary(alias, model, backend, rule, end, why, startedAt, Instant.now());
    }
}
