package io.baseload.cli;

import io.baseload.engine.api.ShardOutline;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Describes in words how a model is split into shards. */
final class ShardLines {
    private ShardLines() {}

    static List<String> of(ShardOutline outline) {
        var lines = new ArrayList<String>();
        lines.add(String.format(
                Locale.ROOT,
                "%-12s %d of %,d bytes as one; %d all-reduces a token",
                "shards",
                outline.shards(),
                outline.wholeBytes(),
                outline.collectives()));
        for (int shard = 0; shard < outline.shards(); shard++) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-12s %,d bytes",
                    "shard " + shard,
                    outline.bytes().get(shard)));
        }
        lines.add(listed("replicated", outline.replicatedBytes(), outline.replicated()));
        lines.add(listed("widened", outline.widenedBytes(), outline.widened()));
        return lines;
    }

    private static String listed(String what, long bytes, List<String> kinds) {
        String names = kinds.isEmpty() ? "" : ": " + String.join(", ", kinds);
        return String.format(Locale.ROOT, "%-12s %,d bytes%s", what, bytes, names);
    }
}
