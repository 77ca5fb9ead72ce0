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

/** Says which limit was reached, and when there will be room. */
final class Refusal {
    private Refusal() {}

    static QuotaExceededException concurrency(int answers, int limit) {
        if (answers > limit) {
            var message = "The request asks for %d answers, of which this tenant may have %d at the same time."
                    .formatted(answers, limit);
            return new QuotaExceededException(BUDGET, message, Duration.ofSeconds(1));
        }
        var message = "The tenant's limit of " + limit + " concurrent answers is reached.";
        return new QuotaExceededException(CONCURRENCY, message, Duration.ofSeconds(1));
    }

    /** @param windows those that had no room; the one that ends last decides */
    static QuotaExceededException of(List<QuotaWindow> windows, long tokens, Instant now) {
        return windows.stream()
                .filter(window -> window.refusesTokens(tokens) || window.refusesRequest())
                .max(Comparator.comparing(QuotaWindow::endsAt))
                .map(window -> of(window, tokens, now))
                .orElseGet(() -> new QuotaExceededException(
                        TOKENS, "The tenant's limits were changed while the request was made.", Duration.ofSeconds(1)));
    }

    private static QuotaExceededException of(QuotaWindow window, long tokens, Instant now) {
        var wait = Duration.between(now, window.endsAt());
        if (!window.refusesTokens(tokens)) {
            var message = "The tenant's limit of %d requests per %s is reached."
                    .formatted(
                            window.requestLimit().orElseThrow(), window.period().wire());
            return new QuotaExceededException(REQUESTS, message, wait);
        }
        long limit = window.tokenLimit().orElseThrow();
        boolean inVain = window.period() == Period.MONTH || tokens > limit;
        var message = "The request needs up to %d tokens, of the tenant's %d tokens per %s %d are left."
                .formatted(
                        tokens, limit, window.period().wire(), Math.max(0, limit - window.used() - window.reserved()));
        return new QuotaExceededException(inVain ? BUDGET : TOKENS, message, wait);
    }
}
