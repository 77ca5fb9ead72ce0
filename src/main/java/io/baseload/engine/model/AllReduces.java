package io.baseload.engine.model;

import io.baseload.engine.tensor.Rows;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The all-reduces of a model by use, as one of its shards sees them: they are those of the other shards too, but each shard allocates its own parts. */
final class AllReduces {
    private final Map<String, AllReduce> all;
    private final Set<String> allocated = new HashSet<>();
    private final int shards;
    private final int shard;
    private final int rows;

    private AllReduces(Map<String, AllReduce> all, int shards, int shard, int rows) {
        this.all = all;
        this.shards = shards;
        this.shard = shard;
        this.rows = rows;
    }

    /**
     * Those of each shard of a model. They are used by one thread after another.
     *
     * @param rows the most rows of a step
     */
    static List<AllReduces> of(int shards, int rows) {
        Map<String, AllReduce> all = new HashMap<>();
        return IntStream.range(0, shards)
                .mapToObj(shard -> new AllReduces(all, shards, shard, rows))
                .toList();
    }

    /** The shard's parts of all of them. */
    Stream<Rows> parts() {
        return all.values().stream().map(sum -> sum.part(shard));
    }

    AllReduce of(String use, int width) {
        AllReduce sum = all.computeIfAbsent(use, key -> new AllReduce(shards, width));
        if (allocated.add(use)) {
            sum.allocate(shard, rows);
        }
        return sum;
    }
}
