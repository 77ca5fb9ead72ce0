package io.baseload.service.responses;

import io.baseload.service.protocol.Invalid;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A page of the items of a request.
 *
 * @param hasMore whether others follow
 */
@JsonNaming(SnakeCaseStrategy.class)
record InputItemPage(
        String object,
        List<JsonNode> data,
        @Nullable String firstId,
        @Nullable String lastId,
        boolean hasMore) {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;
    private static final List<String> ORDERS = List.of("asc", "desc");

    /**
     * @param items in the order of the request
     * @param order {@code desc} (the last one first) if it is null
     * @param after the id of an item, whose successors are requested
     */
    static InputItemPage of(
            List<JsonNode> items, @Nullable Integer limit, @Nullable String order, @Nullable String after) {
        if (order != null && !ORDERS.contains(order)) {
            throw Invalid.notOneOf("order", order, ORDERS);
        }
        if (limit != null && (limit < 1 || limit > MAX_LIMIT)) {
            throw Invalid.value("limit", "expected 1 to " + MAX_LIMIT + ".");
        }
        var ordered = "asc".equals(order) ? items : items.reversed();
        int begin = after == null ? 0 : 1 + place(ordered, after);
        int end = Math.min(ordered.size(), begin + (limit == null ? DEFAULT_LIMIT : limit));
        var page = ordered.subList(begin, end);
        return new InputItemPage(
                "list",
                page,
                page.isEmpty() ? null : id(page.getFirst()),
                page.isEmpty() ? null : id(page.getLast()),
                end < ordered.size());
    }

    private static int place(List<JsonNode> items, String id) {
        return IntStream.range(0, items.size())
                .filter(i -> id(items.get(i)).equals(id))
                .findFirst()
                .orElseThrow(() -> Invalid.value("after", "there is no item with this id."));
    }

    private static String id(JsonNode item) {
        return item.get("id").stringValue();
    }
}
