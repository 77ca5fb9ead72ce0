package io.baseload.service.routing;

import io.baseload.service.routing.Canary.Rule;

/**
 * The decision that follows from the figures; the same figures always give the same decision. Too many errors end a canary as soon as they can no longer be compensated within the
 * required answers, unless they are mostly one tenant's, whose requests may be the reason: then it goes on, but is not promoted; a first token that comes too late ends it when both sides have enough answers; otherwise it is then promoted. A
 * canary of 100 % leaves the other side only the requests that it refuses itself: while these are few, it is judged by its errors alone.
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
        long judged = Math.max(rule.minRequests(), canary.answers());
        long allowed = (long) Math.floor(rule.maxErrorRate() * judged);
        if (canary.judgedErrors(stable) <= allowed && canary.errors() > allowed) {
            return new Wait("%d of %d answers failed, but mostly those of one tenant: promote it or roll it back"
                    .formatted(canary.errors(), canary.answers()));
        }
        if (canary.errors() > allowed) {
            return new RollBack("%d of %d answers failed, at most %d of %d may"
                    .formatted(canary.errors(), canary.answers(), allowed, judged));
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
}
