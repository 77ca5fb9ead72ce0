package io.baseload.engine.model;

import java.util.HashMap;
import java.util.Map;

/** The all-reduces of a model, which its shards share, by use. */
final class AllReduces {
    private final int shards;
    private final int rows;
    private final Map<String, AllReduce> known = new HashMap<>();

    /** @param rows the most rows of a step */
    AllReduces(int shards, int rows) {
        this.shards = shards;
        this.rows = rows;
    }

    AllReduce of(String use, int width) {
        return known.computeIfAbsent(use, key -> new AllReduce(shards, rows, width));
    }
}
