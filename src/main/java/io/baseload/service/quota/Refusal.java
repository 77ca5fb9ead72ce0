package io.baseload.service.quota;

import static io.baseload.service.quota.QuotaExceededException.Limit.BUDGET;
import static io.baseload.service.quota.QuotaExceededException.Limit.CONCURRENCY;
import static io.baseload.service.quota.QuotaExceededException.Limit.REQUESTS;
import static io.baseload.service.quota.QuotaExceededException.Limit.TOKENS;

import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.UsageBudget.Scope;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Names the limit that was reached, and when there will be room.
 *
 * @param windows all that the request counts in, without this request
 */
record Refusal(List<QuotaWindow> windows, Instant now) {

    QuotaExceededException concurrency(int answers, int limit) {
        var quota = Snapshots.of(windows, now);
        if (answers > limit) {
            var message = "The request asks for %d answers; this tenant may have at most %d at the same time."
                    .formatted(answers, limit);
            return new QuotaExceededException(BUDGET, message, Duration.ofSeconds(1), quota);
        }
        var message = "The tenant's limit of " + limit + " concurrent answers is reached.";
        return new QuotaExceededException(CONCURRENCY, message, Duration.ofSeconds(1), quota);
    }

    /**
     * Of the windows without room, the one that ends last decides, and of those that end together, as a month and its last day, the longest; empty if all have room.
     *
     * @param cost empty if the model has no price
     */
    Optional<QuotaExceededException> of(QuotaDemand demand, Optional<BigDecimal> cost) {
        return windows.stream()
                .filter(window -> refuses(window, demand, cost))
                .max(Comparator.comparing(QuotaWindow::endsAt)
                        .thenComparing(window -> window.budget().period()))
                .map(window -> of(window, demand, cost));
    }

    /** A budget in money admits no request without a known price. */
    private boolean refuses(QuotaWindow window, QuotaDemand demand, Optional<BigDecimal> cost) {
        return window.refusesTokens(demand.tokens(), demand.batch(), now)
                || window.refusesRequest()
                || (window.budget().cost().isPresent() && cost.isEmpty())
                || cost.filter(money -> window.refusesCost(money, demand.batch(), now))
                        .isPresent();
    }

    private QuotaExceededException of(QuotaWindow window, QuotaDemand demand, Optional<BigDecimal> cost) {
        if (window.refusesTokens(demand.tokens(), demand.batch(), now)) {
            return tokens(window, demand);
        }
        return window.refusesRequest() ? requests(window) : money(window, demand, cost);
    }

    private QuotaExceededException tokens(QuotaWindow window, QuotaDemand demand) {
        long limit = window.budget().tokens().orElseThrow();
        long kept = window.kept(limit, demand.batch(), now);
        boolean inVain = window.budget().period() == Period.MONTH && kept == 0 || demand.tokens() > limit;
        var message = "The request needs up to %d tokens, but only %d of %s %d tokens per %s are left%s."
                .formatted(
                        demand.tokens(),
                        Math.max(0, limit - window.gone() - kept),
                        owner(window),
                        limit,
                        period(window),
                        kept > 0 ? " for batch requests" : "");
        var quota = new QuotaSnapshot(
                tightest().requests(),
                Snapshots.of(List.of(window), now).tokens(),
                tightest().warnings());
        var wait = Duration.between(now, window.roomFor(demand.tokens(), demand.batch(), now));
        return new QuotaExceededException(inVain ? BUDGET : TOKENS, message, wait, quota);
    }

    private QuotaExceededException requests(QuotaWindow window) {
        var message = "%s limit of %d requests per %s is reached."
                .formatted(capital(owner(window)), window.budget().requests().orElseThrow(), period(window));
        var quota = new QuotaSnapshot(
                Snapshots.of(List.of(window), now).requests(),
                tightest().tokens(),
                tightest().warnings());
        return new QuotaExceededException(REQUESTS, message, wait(window), quota);
    }

    private QuotaExceededException money(QuotaWindow window, QuotaDemand demand, Optional<BigDecimal> cost) {
        var limit = window.budget().cost().orElseThrow();
        var message = cost.isEmpty()
                ? "%s budget of %s per %s admits no request to '%s', which has no price."
                        .formatted(capital(owner(window)), plain(limit), period(window), demand.model())
                : "The request costs up to %s, but only %s of %s %s per %s is left."
                        .formatted(
                                plain(cost.get()),
                                plain(limit.subtract(window.goneCost()).max(BigDecimal.ZERO)),
                                owner(window),
                                plain(limit),
                                period(window));
        boolean inVain = window.budget().period() == Period.MONTH
                || cost.isEmpty()
                || cost.get().compareTo(limit) > 0;
        return new QuotaExceededException(inVain ? BUDGET : TOKENS, message, wait(window), tightest());
    }

    private QuotaSnapshot tightest() {
        return Snapshots.of(windows, now);
    }

    private Duration wait(QuotaWindow window) {
        return Duration.between(now, window.endsAt());
    }

    private static String owner(QuotaWindow window) {
        Scope scope = window.budget().scope();
        var owner = owner(scope);
        return scope.model().isEmpty() ? owner : owner + " (model '" + scope.model() + "')";
    }

    private static String owner(Scope scope) {
        if (scope.isTenant()) {
            return "the tenant's";
        }
        if (scope.isIdentity()) {
            return scope.isPerson() ? "this person's" : "this service account's";
        }
        return "this key's";
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static String period(QuotaWindow window) {
        return window.budget().period().wire();
    }

    private static String plain(BigDecimal amount) {
        return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
    }
}
