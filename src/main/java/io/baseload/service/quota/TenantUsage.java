package io.baseload.service.quota;

import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.UsageBudget;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * The usage of a tenant.
 *
 * @param windows the current calendar windows
 * @param requests answers that started in the requested time span and have ended
 */
public record TenantUsage(
        List<Window> windows, long requests, long promptTokens, long completionTokens, List<ByModel> byModel) {

    /**
     * @param used tokens that were settled
     * @param reserved tokens of running requests
     * @param requests that have started
     */
    public record Window(
            UsageBudget budget,
            Instant startsAt,
            long used,
            long reserved,
            long requests,
            BigDecimal usedCost,
            BigDecimal reservedCost) {
        static Window of(QuotaWindow window) {
            return new Window(
                    window.budget(),
                    window.startsAt(),
                    window.used(),
                    window.reserved(),
                    window.requests(),
                    window.usedCost(),
                    window.reservedCost());
        }

        public Period period() {
            return budget.period();
        }

        /** Tokens; empty = unlimited. */
        public OptionalLong limit() {
            return budget.tokens();
        }
    }

    public record ByModel(String model, long requests, long promptTokens, long completionTokens) {}
}
