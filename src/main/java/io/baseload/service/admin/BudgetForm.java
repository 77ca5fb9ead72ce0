package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.TenantConflictException;
import io.baseload.service.tenant.UsageBudget;
import io.baseload.service.tenant.UsageBudget.Scope;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Limits of a calendar window, in JSON, both ways; absent = unlimited.
 *
 * @param model the id of the model that answers; absent = all together
 * @param cost money, by the price table
 * @param softPercent the percentage of a limit from which on answers carry a warning
 * @param interactivePercent the percentage of the window that batch requests leave to interactive ones
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record BudgetForm(
        @Nullable String period,
        @Nullable String model,
        @Nullable Long tokens,
        @Nullable Long requests,
        @Nullable BigDecimal cost,
        @Nullable Integer softPercent,
        @Nullable Integer interactivePercent) {
    private static final int MAX_WINDOWS = 1000;
    private static final int MAX_MODEL = 256;

    static BudgetForm of(UsageBudget budget) {
        String model = budget.scope().model();
        return new BudgetForm(
                budget.period().wire(),
                model.isEmpty() ? null : model,
                budget.tokens().isPresent() ? budget.tokens().getAsLong() : null,
                budget.requests().isPresent() ? budget.requests().getAsLong() : null,
                budget.cost().map(Money::plain).orElse(null),
                budget.softPercent().isPresent() ? budget.softPercent().getAsInt() : null,
                budget.interactivePercent() == 0 ? null : budget.interactivePercent());
    }

    static List<UsageBudget> read(List<@Nullable BudgetForm> windows) {
        Refusals.inRange("windows", windows.size(), 0, MAX_WINDOWS);
        List<UsageBudget> read = new ArrayList<>();
        var seen = new HashSet<List<Object>>();
        for (int i = 0; i < windows.size(); i++) {
            String path = "windows[" + i + "]";
            UsageBudget budget = Refusals.present(path, windows.get(i)).read(path);
            if (!seen.add(List.of(budget.scope(), budget.period()))) {
                throw Refusals.invalid(
                        path + ".period",
                        "invalid_value",
                        budget.scope().model().isEmpty()
                                ? "There is a window of this period already."
                                : "There is a window of this period and model already.");
            }
            read.add(budget);
        }
        return read;
    }

    /**
     * So that a change undoes nobody else's.
     *
     * @param expected the windows that the caller knows, in any order; null = any
     * @param of whose they are, such as "the tenant 'default'"
     * @throws TenantConflictException if the present ones differ
     */
    static void requireExpected(@Nullable List<@Nullable BudgetForm> expected, List<UsageBudget> present, String of) {
        if (expected != null && !forms(read(expected)).equals(forms(present))) {
            throw new TenantConflictException(
                    "The windows of " + of + " were changed meanwhile: look at them, and change them again.");
        }
    }

    private static Set<BudgetForm> forms(List<UsageBudget> windows) {
        return windows.stream().map(BudgetForm::of).collect(Collectors.toSet());
    }

    private UsageBudget read(String path) {
        return new UsageBudget(
                new Scope("", model == null ? "" : model(path + ".model", model)),
                period(path + ".period", period),
                limit(path + ".tokens", tokens),
                limit(path + ".requests", requests),
                Optional.ofNullable(cost).map(amount -> Money.read(path + ".cost", amount, Money.MAX_BUDGET)),
                softPercent == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(Refusals.inRange(path + ".soft_percent", softPercent, 1, 99)),
                interactivePercent == null
                        ? 0
                        : Refusals.inRange(path + ".interactive_percent", interactivePercent, 0, 100));
    }

    /** A model's id. */
    static String model(String path, String model) {
        if (model.isEmpty() || model.length() > MAX_MODEL) {
            throw Refusals.invalid(
                    path, "invalid_value", "'" + path + "' must have 1 to " + MAX_MODEL + " characters.");
        }
        return Refusals.text(path, model);
    }

    private static Period period(String path, @Nullable String name) {
        String given = Refusals.present(path, name);
        return Stream.of(Period.values())
                .filter(period -> period.wire().equals(given))
                .findFirst()
                .orElseThrow(() -> Refusals.invalid(
                        path, "invalid_value", "'" + path + "' must be 'minute', 'hour', 'day' or 'month'."));
    }

    private static OptionalLong limit(String path, @Nullable Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(Refusals.inRange(path, value, 0, Long.MAX_VALUE));
    }
}
