package io.baseload.service.quota;

import java.util.Collection;
import java.util.function.Function;

/** Columns of many rows, as {@code unnest} takes them. */
final class SqlArrays {
    private SqlArrays() {}

    static <T> String[] texts(Collection<T> all, Function<T, String> text) {
        return all.stream().map(text).toArray(String[]::new);
    }
}
