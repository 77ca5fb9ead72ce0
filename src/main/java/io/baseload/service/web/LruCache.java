package io.baseload.service.web;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;

/** Values by name; with more than ten thousand, the least recently used are forgotten. */
final class LruCache<V> {
    private static final int MAX_SIZE = 10_000;

    private final Map<String, V> values = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > MAX_SIZE;
        }
    });

    Optional<V> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    void put(String name, V value) {
        values.put(name, value);
    }

    void merge(String name, V value, BinaryOperator<V> both) {
        values.merge(name, value, both);
    }

    void remove(String name) {
        values.remove(name);
    }
}
