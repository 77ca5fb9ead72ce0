package io.baseload.service.routing;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.routing.Canary.Arm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The names with a canary, as known to this process, and the results of their requests since the last report. */
@Component
final class CanaryTraffic {
    private static final Logger LOG = LoggerFactory.getLogger(CanaryTraffic.class);

    private volatile Map<String, Canary> running = Map.of();
    private Map<CountKey, CanaryCount> counts = new HashMap<>(); // guarded by this

    /** The canary itself is the key, because its name may have the next one before the answer ends. */
    private record CountKey(Canary canary, Arm arm) {}

    void use(List<Canary> canaries) {
        running = canaries.stream().collect(Collectors.toUnmodifiableMap(Canary::alias, canary -> canary));
    }

    Optional<Canary> find(String alias) {
        return Optional.ofNullable(running.get(alias));
    }

    /** Whether a request goes to the canary. */
    static boolean draws(Canary canary) {
        return ThreadLocalRandom.current().nextInt(100) < canary.rule().percent();
    }

    /** A model whose answers for a tenant are counted. */
    ServedModel counted(Canary canary, Arm arm, String tenant, ServedModel model) {
        return new CountedModel(
                model,
                (failed, wait) ->
                        count(canary, arm, failed ? CanaryCount.ofError(tenant) : CanaryCount.ofAnswer(tenant, wait)));
    }

    /** An answer that did not start. */
    void failed(Canary canary, Arm arm, String tenant) {
        count(canary, arm, CanaryCount.ofError(tenant));
    }

    /** The canary has refused a request that one of the name's targets accepts: once promoted, it would refuse it for good. */
    void refused(Canary canary, String tenant, InvalidRequestException refusal) {
        LOG.info(
                "The canary {} of {} has refused a request that another target accepts: {}",
                canary.model(),
                canary.alias(),
                refusal.code());
        failed(canary, Arm.CANARY, tenant);
    }

    private synchronized void count(Canary canary, Arm arm, CanaryCount one) {
        counts.merge(new CountKey(canary, arm), one, CanaryCount::plus);
    }

    /** Adds the counts since the last report to the table's. Those that can't be written stay for the next report. */
    void report(CanaryRows rows) {
        Map<CountKey, CanaryCount> left = taken();
        try {
            for (var entries = left.entrySet().iterator(); entries.hasNext(); entries.remove()) {
                var entry = entries.next();
                rows.add(entry.getKey().canary(), entry.getKey().arm(), entry.getValue());
            }
        } finally {
            putBack(left);
        }
    }

    private synchronized Map<CountKey, CanaryCount> taken() {
        Map<CountKey, CanaryCount> taken = counts;
        counts = new HashMap<>();
        return taken;
    }

    private synchronized void putBack(Map<CountKey, CanaryCount> left) {
        left.forEach((key, count) -> counts.merge(key, count, CanaryCount::plus));
    }
}
