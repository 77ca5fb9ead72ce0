package io.baseload.engine.model;

import io.baseload.engine.kernel.AttentionParts;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What blocks of a shard compute in: activations, allocated once for a loaded model, and the pages of keys and values. */
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

    /** Rows for all rows of a step. Only one layer is computed at a time, so all layers have the same rows for one use. */
    Rows rows(String use, int width) {
        return rows(use, limits.rows(), width);
    }

    /** The same with as many rows as are asked for. */
    Rows rows(String use, int count, int width) {
        return rows.computeIfAbsent(new Use(use, count, width), key -> Rows.allocate(count, width));
    }

    /**
     * Elements of the largest input of a linear layer, quantized.
     *
     * @param hidden the width of the residual stream, which is one, too
     */
    long widestPrompt(int hidden) {
        return Stream.concat(Stream.of(new Use("", limits.rows(), hidden)), rows.keySet().stream())
                .mapToLong(use -> PromptRows.elements(use.count(), use.width()))
                .max()
                .orElseThrow();
    }

    /** Rows that all shards compute parts of. */
    AllReduce allReduce(String use, int width) {
        return allReduces.of(use, width);
    }

    StepLimits limits() {
        return limits;
    }

    /** For each row of a step a position, for attention's first visible one. */
    int[] visible() {
        return visible;
    }

    /** For each row of a step the end of the positions that it may see, the same in all layers; written at its beginning. */
    int[] ends() {
        return ends;
    }

    /** Which layer's keys and values are meant: where pages have room for one layer only, all layers use it in turn. */
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
