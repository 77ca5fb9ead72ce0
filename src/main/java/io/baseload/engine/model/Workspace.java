package io.baseload.engine.model;

import io.baseload.engine.kernel.AttentionParts;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The memory of a shard's blocks: activations, allocated once for a loaded model, and the pages of keys and values. */
final class Workspace {
    private record Use(String name, int count, int width) {}

    private final StepLimits limits;
    private final RopeTables ropes;
    private final KvPages kv;
    private final int[] visible;
    private final int[] ends;
    private final AttentionParts parts;
    private final AllReduces allReduces;
    private final Map<Use, Rows> rows = new HashMap<>();

    Workspace(StepLimits limits, RopeTables ropes, KvPages kv, NativeMemory memory, AllReduces allReduces) {
        this.allReduces = allReduces;
        this.limits = limits;
        this.ropes = ropes;
        this.kv = kv;
        this.visible = new int[limits.rows()];
        this.ends = new int[limits.rows()];
        this.parts = AttentionParts.allocate(
                memory, limits.workers(), limits.contextLength(), kv.layout().valueDim());
    }

    /** Rows for all rows of a step. Only one layer is computed at a time, so all layers share the rows for a use. */
    Rows rows(String use, int width) {
        return rows(use, limits.rows(), width);
    }

    /** The same with {@code count} rows. */
    Rows rows(String use, int count, int width) {
        return rows.computeIfAbsent(new Use(use, count, width), key -> Rows.allocate(count, width));
    }

    /** All of them, and the parts of sums. */
    Stream<Rows> rows() {
        return Stream.concat(rows.values().stream(), allReduces.parts());
    }

    /** Rows of which all shards compute parts. */
    AllReduce allReduce(String use, int width) {
        return allReduces.of(use, width);
    }

    StepLimits limits() {
        return limits;
    }

    /** For each row of a step the first position that attention sees. */
    int[] visible() {
        return visible;
    }

    /** For each row of a step the end of the positions that it may see, the same in all layers; written at the beginning of the step. */
    int[] ends() {
        return ends;
    }

    /** The index of a layer's keys and values: 0 if pages contain only one layer, which all layers use in turn. */
    int layer(int layer) {
        return Math.min(layer, kv.layout().layers() - 1);
    }

    AttentionParts parts() {
        return parts;
    }

    RopeTables ropes() {
        return ropes;
    }

    KvPages kv() {
        return kv;
    }
}
