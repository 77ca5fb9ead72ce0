package io.baseload.service.quota;

import io.baseload.service.quota.QuotaTerms.Terms;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The room left in a tenant's windows and places, while a list of demands is decided. */
final class TenantRoom {
    private final List<QuotaWindow> windows;
    private final int maxConcurrent;
    private final Instant now;
    private long running;

    /** @param windows all of the tenant's windows that any of the demands counts in */
    TenantRoom(Collection<QuotaWindow> windows, int maxConcurrent, long running, Instant now) {
        this.windows = new ArrayList<>(windows);
        this.maxConcurrent = maxConcurrent;
        this.running = running;
        this.now = now;
    }

    /** Takes the room for a demand, or returns the refusal and takes nothing. */
    QuotaDecision take(QuotaDemand demand, Terms terms) {
        var cost = terms.cost(demand.promptTokens(), demand.completionTokens());
        var concerned =
                windows.stream().filter(window -> concerns(window, terms)).toList();
        if (demand.isNothing()) {
            return new QuotaDecision.Granted(now, Snapshots.of(concerned, now), List.of());
        }
        var refusal = new Refusal(concerned, now);
        var exceeded = refusal.of(demand, cost);
        if (exceeded.isPresent()) {
            return new QuotaDecision.Refused(exceeded.get());
        }
        if (running + demand.answers() > maxConcurrent) {
            return new QuotaDecision.Refused(refusal.concurrency(demand.answers(), maxConcurrent));
        }
        var passed = new ArrayList<SoftLimit>();
        var after = new ArrayList<QuotaWindow>();
        windows.replaceAll(window -> concerns(window, terms)
                ? taken(window, demand.tokens(), cost.orElse(BigDecimal.ZERO), passed, after)
                : window);
        running += demand.answers();
        return new QuotaDecision.Granted(now, Snapshots.of(after, now), passed);
    }

    private static boolean concerns(QuotaWindow window, Terms terms) {
        return terms.account().isIn(window.budget().scope());
    }

    private static QuotaWindow taken(
            QuotaWindow window, long tokens, BigDecimal cost, List<SoftLimit> passed, List<QuotaWindow> after) {
        var more = window.with(tokens, cost);
        after.add(more);
        var untold = more.softLimits().stream()
                .filter(limit -> !more.softTold().contains(limit.kind()))
                .toList();
        passed.addAll(untold);
        return more.told(untold);
    }
}
