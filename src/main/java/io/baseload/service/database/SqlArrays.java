package io.baseload.service.database;

import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Columns of many rows, as {@code unnest} takes them. */
public final class SqlArrays {
    private SqlArrays() {}

    public static <T> @Nullable String[] texts(Collection<T> all, Function<T, @Nullable String> text) {
        return all.stream().map(text).toArray(String[]::new);
    }
}
