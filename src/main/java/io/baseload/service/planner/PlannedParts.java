package io.baseload.service.planner;

import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Use;
import io.baseload.engine.api.ShardOutline;
import java.util.Collections;
import java.util.List;

/**
 * The parts of a model that a machine computes side by side: its shards, all of them in a single socket or one in each of several. With another number of shards, each socket has an equal part.
 *
 * @param shards whether these are the shards
 * @param bytes matrices of each
 * @param sharedBytes those of them by which all rows are multiplied
 * @param expertBytes those of them that are experts'
 * @param heads query heads of each
 * @param kvBytesPerToken size of a token in the KV cache of each
 * @param attendedBytesPerToken of that, keys and values
 */
record PlannedParts(
        boolean shards,
        List<Long> bytes,
        List<Long> sharedBytes,
        List<Long> expertBytes,
        List<Integer> heads,
        List<Long> kvBytesPerToken,
        List<Long> attendedBytesPerToken) {

    static PlannedParts of(ModelOutline model, ShardOutline cut, int sockets) {
        if (sockets == 1 || cut.shards() == sockets) {
            return new PlannedParts(
                    true,
                    cut.bytes(),
                    cut.sharedBytes(),
                    cut.expertBytes(),
                    cut.heads(),
                    cut.kvBytesPerToken(),
                    cut.attendedBytesPerToken());
        }
        return new PlannedParts(
                false,
                equal(cut.wholeBytes(), sockets),
                equal(model.bytes(Use.SHARED), sockets),
                equal(model.bytes(Use.EXPERT), sockets),
                Collections.nCopies(sockets, Math.ceilDiv(model.heads(), sockets)),
                kvParts(model, model.kvBytesPerToken(), sockets),
                kvParts(model, model.attendedBytesPerToken(), sockets));
    }

    /** An equal number of KV heads in each. */
    private static List<Long> kvParts(ModelOutline model, long kv, int sockets) {
        return Collections.nCopies(
                sockets, Math.ceilDiv(kv * Math.ceilDiv(model.kvHeads(), sockets), (long) model.kvHeads()));
    }

    private static List<Long> equal(long bytes, int sockets) {
        return Collections.nCopies(sockets, Math.ceilDiv(bytes, (long) sockets));
    }

    int count() {
        return bytes.size();
    }

    /** The matrices of all parts. */
    long allBytes() {
        return sum(bytes);
    }

    /** A token's keys and values in all parts, as attention reads them. */
    long allKvBytes() {
        return sum(attendedBytesPerToken);
    }

    /** Matrices that a step reads. */
    double readBytes(ModelOutline model, int rows) {
        return sum(sharedBytes) + model.chosenPart(rows) * sum(expertBytes);
    }

    /** The largest part of these matrices, relative to an equal share of the model's: workers meet after each block, so all wait for it. */
    double largest(ModelOutline model, Use use) {
        return switch (use) {
            case LOOKED_UP -> 1;
            case SHARED -> largest(sharedBytes, model.bytes(use));
            case EXPERT -> largest(expertBytes, model.bytes(use));
        };
    }

    private double largest(List<Long> parts, long whole) {
        return whole == 0 ? 1 : (double) count() * Collections.max(parts) / whole;
    }

    /** The same of query heads. */
    double largestHeads(ModelOutline model) {
        return (double) count() * Collections.max(heads) / model.heads();
    }

    /** A token's keys and values, if all parts had as many as the largest. */
    long largestKvBytes() {
        return count() * Collections.max(attendedBytesPerToken);
    }

    private static long sum(List<Long> parts) {
        return parts.stream().mapToLong(Long::longValue).sum();
    }
}
