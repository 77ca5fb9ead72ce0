package io.baseload.service.planner;

import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ShardOutline;
import java.util.Collections;
import java.util.List;

/**
 * The parts of a model that a machine computes side by side: its shards, all of them in a single socket or one in each of several. With another number of shards, each socket has an equal part.
 *
 * @param shards whether these are the shards
 * @param bytes matrices of each
 * @param kvBytesPerToken size of a token's keys and values in each
 */
record PlannedParts(boolean shards, List<Long> bytes, List<Long> kvBytesPerToken) {

    static PlannedParts of(ModelOutline model, ShardOutline cut, int sockets) {
        if (sockets == 1 || cut.shards() == sockets) {
            return new PlannedParts(true, cut.bytes(), cut.kvBytesPerToken());
        }
        long kv =
                Math.ceilDiv(model.kvBytesPerToken() * Math.ceilDiv(model.kvHeads(), sockets), (long) model.kvHeads());
        return new PlannedParts(
                false,
                Collections.nCopies(sockets, Math.ceilDiv(cut.wholeBytes(), (long) sockets)),
                Collections.nCopies(sockets, kv));
    }

    int count() {
        return bytes.size();
    }

    /** The matrices of all parts. */
    long allBytes() {
        return sum(bytes);
    }

    /** A token's keys and values in all parts. */
    long allKvBytes() {
        return sum(kvBytesPerToken);
    }

    /** Matrices, if all parts had as many as the largest. */
    long largestBytes() {
        return count() * Collections.max(bytes);
    }

    /** A token's keys and values, if all parts had as many as the largest. */
    long largestKvBytes() {
        return count() * Collections.max(kvBytesPerToken);
    }

    private static long sum(List<Long> parts) {
        return parts.stream().mapToLong(Long::longValue).sum();
    }
}
