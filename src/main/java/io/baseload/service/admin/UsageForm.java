package io.baseload.service.admin;

import io.baseload.service.quota.TenantUsage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A tenant's usage, in JSON: the current calendar windows, and the answers of the requested time span. */
@JsonNaming(SnakeCaseStrategy.class)
record UsageForm(List<Window> windows, long requests, long promptTokens, long completionTokens, List<ByModel> byModel) {

    /**
     * @param model the model whose answers count; null = those of all
     * @param limit tokens; null = unlimited
     * @param used tokens
     * @param reserved tokens
     * @param softPercent as in the budget
     * @param interactivePercent as in the budget
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Window(
            String period,
            @Nullable String model,
            Instant startsAt,
            @Nullable Long limit,
            long used,
            long reserved,
            @Nullable Long requestLimit,
            long requests,
            @Nullable BigDecimal costLimit,
            BigDecimal cost,
            BigDecimal reservedCost,
            @Nullable Integer softPercent,
            @Nullable Integer interactivePercent) {
        static Window of(TenantUsage.Window window) {
            BudgetForm budget = BudgetForm.of(window.budget());
            return new Window(
                    window.period().wire(),
                    budget.model(),
                    window.startsAt(),
                    budget.tokens(),
                    window.used(),
                    window.reserved(),
                    budget.requests(),
                    window.requests(),
                    budget.cost(),
                    Money.plain(window.usedCost()),
                    Money.plain(window.reservedCost()),
                    budget.softPercent(),
                    budget.interactivePercent());
        }
    }

    @JsonNaming(SnakeCaseStrategy.class)
    record ByModel(String model, long requests, long promptTokens, long completionTokens) {
        static ByModel of(TenantUsage.ByModel usage) {
            return new ByModel(usage.model(), usage.requests(), usage.promptTokens(), usage.completionTokens());
        }
    }

    static UsageForm of(TenantUsage usage) {
        return new UsageForm(
                usage.windows().stream().map(Window::of).toList(),
                usage.requests(),
                usage.promptTokens(),
                usage.completionTokens(),
                usage.byModel().stream().map(ByModel::of).toList());
    }
}
