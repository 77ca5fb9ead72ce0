package io.baseload.service.quota;

import static io.baseload.service.quota.QuotaExceededException.Limit.BUDGET;
import static io.baseload.service.quota.QuotaExceededException.Limit.CONCURRENCY;
import static io.baseload.service.quota.QuotaExceededException.Limit.REQUESTS;
import static io.baseload.service.quota.QuotaExceededException.Limit.TOKENS;

import io.baseload.service.tenant.Period;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Says which limit was reached, and when there will be room.
 *
 * @param windows all of the tenant's, as they are without the request
 */
record Refusal(List<QuotaWindow> windows, Instant now) {

    QuotaExceededException concurrency(int answers, int limit) {
        var quota = Snapshots.of(windows, now);
        if (answers > limit) {
            var message = "The request asks for %d answers, of which this tenant may have %d at the same time."
                    .formatted(answers, limit);
            return new QuotaExceededException(BUDGET, message, Duration.ofSeconds(1), quota);
        }
        var message = "The tenant's limit of " + limit + " concurrent answers is reached.";
        return new QuotaExceededException(CONCURRENCY, message, Duration.ofSeconds(1), quota);
    }

    /** Of the windows without room the one that ends last decides; empty if all have room. */
    Optional<QuotaExceededException> of(long tokens) {
        return windows.stream()
                .filter(window -> window.refusesTokens(tokens) || window.refusesRequest())
                .max(Comparator.comparing(QuotaWindow::endsAt))
                .map(window -> of(window, tokens));
    }

    private QuotaExceededException of(QuotaWindow window, long tokens) {
        var wait = Duration.between(now, window.endsAt());
        var tightest = Snapshots.of(windows, now);
        var deciding = Snapshots.of(List.of(window), now);
        if (!window.refusesTokens(tokens)) {
            var message = "The tenant's limit of %d requests per %s is reached."
                    .formatted(
                            window.requestLimit().orElseThrow(), window.period().wire());
            var quota = new QuotaSnapshot(deciding.requests(), tightest.tokens());
            return new QuotaExceededException(REQUESTS, message, wait, quota);
        }
        long limit = window.tokenLimit().orElseThrow();
        boolean inVain = window.period() == Period.MONTH || tokens > limit;
        var message = "The request needs up to %d tokens, of the tenant's %d tokens per %s %d are left."
                .formatted(
                        tokens, limit, window.period().wire(), Math.max(0, limit - window.used() - window.reserved()));
        var quota = new QuotaSnapshot(tightest.requests(), deciding.tokens());
        return new QuotaExceededException(inVain ? BUDGET : TOKENS, message, wait, quota);
    }
}
