package io.baseload.service.admin;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param next the value of {@code after} for the next part; null at the end
 */
record Page<T>(String object, List<T> data, @Nullable String next) {
    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1000;

    /** The requested part: at most {@code limit} items after a cursor. */
    record Request(int limit, String after) {
        static Request of(@Nullable Integer limit, @Nullable String after) {
            int asked = limit == null ? DEFAULT_LIMIT : Refusals.inRange("limit", limit, 1, MAX_LIMIT);
            return new Request(asked, after == null ? "" : Refusals.text("after", after));
        }

        /** How many rows to read, so that the end of the list is detected. */
        int probe() {
            return limit + 1;
        }
    }

    /** @param rows up to {@link Request#probe} rows */
    static <R, T> Page<T> of(Request request, List<R> rows, Function<R, String> cursor, Function<R, T> form) {
        boolean more = rows.size() > request.limit();
        List<R> shown = more ? rows.subList(0, request.limit()) : rows;
        return new Page<>("list", shown.stream().map(form).toList(), more ? cursor.apply(shown.getLast()) : null);
    }

    /**
     * All items of a list, which is read in parts as needed.
     *
     * @param part up to a number of items after a cursor
     */
    static <R> Stream<R> all(BiFunction<String, Integer, List<R>> part, Function<R, String> cursor) {
        return Stream.iterate(
                        part.apply("", MAX_LIMIT),
                        rows -> !rows.isEmpty(),
                        rows -> rows.size() < MAX_LIMIT
                                ? List.<R>of()
                                : part.apply(cursor.apply(rows.getLast()), MAX_LIMIT))
                .flatMap(List::stream);
    }
}
