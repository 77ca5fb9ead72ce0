package io.baseload.service.console;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The used share of a budget.
 *
 * @param words such as "tokens of the day"
 */
record BudgetShare(String words, double used, double limit) {
    /** The route of a tenant's usage, with an empty time span: only the windows are needed, and reading them costs little. */
    static final String ROUTE = "/admin/v1/tenants/{tenant}/usage?from=2001-01-01T00:00:00Z&to=2001-01-01T00:00:00Z";

    /** 1 = all of it. Public, because templates call it. */
    public double part() {
        return limit == 0 ? 1 : used / limit;
    }

    /** For each limit in a tenant's usage, as in the API. */
    static List<BudgetShare> of(Map<String, Object> usage) {
        return usage.get("windows") instanceof List<?> windows
                ? windows.stream()
                        .flatMap(window -> window instanceof Map<?, ?> it ? limits(it) : Stream.empty())
                        .toList()
                : List.of();
    }

    private static Stream<BudgetShare> limits(Map<?, ?> window) {
        return Stream.of(
                        spent(window, "tokens", "limit", "used", "reserved"),
                        spent(window, "requests", "request_limit", "requests", "none"),
                        spent(window, "money", "cost_limit", "cost", "reserved_cost"))
                .flatMap(Optional::stream);
    }

    private static Optional<BudgetShare> spent(
            Map<?, ?> window, String what, String limit, String used, String reserved) {
        Object of = window.get("model") == null ? "" : " for " + window.get("model");
        return window.get(limit) instanceof Number most
                ? Optional.of(new BudgetShare(
                        String.format(Locale.ROOT, "%s of the %s%s", what, window.get("period"), of),
                        number(window.get(used)) + number(window.get(reserved)),
                        most.doubleValue()))
                : Optional.empty();
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : 0;
    }
}
