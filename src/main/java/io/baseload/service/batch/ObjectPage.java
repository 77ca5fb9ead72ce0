package io.baseload.service.batch;

import io.baseload.service.protocol.Invalid;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A part of a list.
 *
 * @param hasMore whether others follow
 */
@JsonNaming(SnakeCaseStrategy.class)
record ObjectPage<T>(
        String object,
        List<T> data,
        @Nullable String firstId,
        @Nullable String lastId,
        boolean hasMore) {
    private static final List<String> ORDERS = List.of("asc", "desc");

    /** @param found at least one more than the page has room for, if there are as many */
    static <T> ObjectPage<T> of(List<T> found, int limit, Function<T, String> id) {
        var page = found.subList(0, Math.min(limit, found.size()));
        return new ObjectPage<>(
                "list",
                page,
                page.isEmpty() ? null : id.apply(page.getFirst()),
                page.isEmpty() ? null : id.apply(page.getLast()),
                found.size() > limit);
    }

    static int limit(@Nullable Integer limit, int fallback, int most) {
        if (limit != null && (limit < 1 || limit > most)) {
            throw Invalid.value("limit", "expected 1 to " + most + ".");
        }
        return limit == null ? fallback : limit;
    }

    /** The newest first by default. */
    static boolean isDescending(@Nullable String order) {
        if (order != null && !ORDERS.contains(order)) {
            throw Invalid.notOneOf("order", order, ORDERS);
        }
        return !"asc".equals(order);
    }
}
