package io.baseload.service.registry;

import io.baseload.service.registry.Canary.Arm;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Which names have a canary, as this process knows, and what came of their requests since it last told the others. */
@Component
final class CanaryTraffic {
    private volatile Map<String, Canary> running = Map.of();
    private Map<Place, CanaryCount> counts = new HashMap<>(); // guarded by this

    private record Place(String alias, Arm arm) {}

    /** A part of what was counted. */
    record Counted(String alias, Arm arm, CanaryCount count) {}

    void use(List<Canary> canaries) {
        running = canaries.stream().collect(Collectors.toUnmodifiableMap(Canary::alias, canary -> canary));
    }

    Optional<Canary> find(String alias) {
        return Optional.ofNullable(running.get(alias));
    }

    /** Whether a request is the canary's. */
    static boolean draws(Canary canary) {
        return ThreadLocalRandom.current().nextInt(100) < canary.rule().percent();
    }

    /** A model whose answers are counted. */
    ServedModel counted(String alias, Arm arm, ServedModel model) {
        return new CountedModel(model, (failed, wait) -> count(alias, arm, failed, wait));
    }

    /** An answer that did not begin. */
    void failed(String alias, Arm arm) {
        count(alias, arm, true, Duration.ZERO);
    }

    private synchronized void count(String alias, Arm arm, boolean failed, Duration wait) {
        counts.compute(new Place(alias, arm), (place, before) -> {
            CanaryCount count = before == null ? CanaryCount.none() : before;
            return failed ? count.plusError() : count.plusAnswer(wait);
        });
    }

    /** What was counted since the last time. */
    synchronized List<Counted> taken() {
        List<Counted> taken = counts.entrySet().stream()
                .map(entry -> new Counted(entry.getKey().alias(), entry.getKey().arm(), entry.getValue()))
                .toList();
        counts = new HashMap<>();
        return taken;
    }
}
