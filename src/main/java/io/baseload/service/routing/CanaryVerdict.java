package io.baseload.service.routing;

import io.baseload.service.routing.Canary.Rule;
import io.baseload.service.routing.CanaryCount.TenantCount;

/**
 * The decision that follows from the figures; the same figures always give the same decision. Too many errors end a canary as soon as they can no longer be compensated within the
 * required answers, unless all other tenants together have enough answers and few errors: then one tenant's requests may be the reason, and it goes on, but is not promoted. A first token that comes too late ends it when both sides have enough
 * answers; otherwise it is then promoted. A canary of 100 % leaves the other side only the requests that it refuses itself: while these are few, it is judged by its errors alone.
 */
sealed interface CanaryVerdict {
    /**
     * The figures don't decide.
     *
     * @param reason empty if there are too few answers
     */
    record Wait(String reason) implements CanaryVerdict {}

    record Promote(String reason) implements CanaryVerdict {}

    record RollBack(String reason) implements CanaryVerdict {}

    static CanaryVerdict of(Rule rule, CanaryCount stable, CanaryCount canary) {
        long allowed = rule.allowedErrors(canary.answers());
        if (canary.errors() > allowed) {
            return canary.tenantToBlame(rule)
                    .map(tenant -> undecided(canary, tenant))
                    .orElseGet(() -> new RollBack("%d of %d answers failed, at most %d of %d may"
                            .formatted(
                                    canary.errors(),
                                    canary.answers(),
                                    allowed,
                                    Math.max(rule.minRequests(), canary.answers()))));
        }
        boolean alone = rule.percent() == 100;
        boolean comparable = stable.answers() >= rule.minRequests();
        if (canary.answers() < rule.minRequests() || (!alone && !comparable)) {
            return new Wait("");
        }
        long before = comparable ? stable.firstTokenMillis() : 0;
        long now = canary.firstTokenMillis();
        if (before > 0 && now > rule.maxLatencyRatio() * before) {
            return new RollBack(
                    "the first token takes %d ms instead of %d ms at the 95th percentile, at most %s times as long is allowed"
                            .formatted(now, before, rule.maxLatencyRatio()));
        }
        return new Promote("%d of %d answers failed, the first token takes %d ms at the 95th percentile%s"
                .formatted(
                        canary.errors(), canary.answers(), now, before > 0 ? ", before it was " + before + " ms" : ""));
    }

    private static CanaryVerdict undecided(CanaryCount canary, String tenant) {
        TenantCount others = canary.without(tenant);
        return new Wait(
                "%d of %d answers failed, but without those of the tenant %s only %d of %d: promote it or roll it back"
                        .formatted(canary.errors(), canary.answers(), tenant, others.errors(), others.answers()));
    }
}
