package io.baseload.engine.model;

import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import java.util.stream.Stream;

/**
 * Rows of which each shard computes a part, in shared memory: what they come to is the sum of the parts. With one shard its part is the sum, and nothing is done.
 *
 * <p>Each shard adds up all parts for itself, in the order of the shards, so that all have the same bits, whatever the load. One meeting of all workers is enough: a shard writes its
 * part again only after another such meeting, in the next block, which nobody passes that still reads. So blocks that follow on each other must not have the same rows.
 *
 * <p>Cost for each shard: reading the rows of all others once. Up to four shards and a few rows that is less than the messages of a reduce-scatter and an all-gather.
 */
final class AllReduce {
    private final Rows[] parts;
    private final Rows[] sums;

    AllReduce(int shards, int rows, int width) {
        parts = Stream.generate(() -> Rows.allocate(rows, width)).limit(shards).toArray(Rows[]::new);
        sums = shards == 1
                ? parts
                : Stream.generate(() -> Rows.allocate(rows, width))
                        .limit(shards)
                        .toArray(Rows[]::new);
    }

    /** Where a worker's shard puts its part. */
    Rows part(Worker worker) {
        return parts[worker.shard()];
    }

    /** Whether there are several shards. */
    boolean shared() {
        return parts.length > 1;
    }

    /** What the parts of one number come to, behind a meeting of all workers. */
    float sum(int row, int column) {
        float sum = 0;
        for (Rows part : parts) {
            sum += part.data()[part.at(row) + column];
        }
        return sum;
    }

    /** The sum in the columns of this worker, {@link Worker#firstColumn} to {@link Worker#endColumn}, which is all that it needs to have written of its part. */
    Rows sum(Worker worker) {
        Rows sum = sums[worker.shard()];
        if (parts.length > 1) {
            worker.awaitAllShards();
            int first = worker.firstColumn(sum.width());
            int end = worker.endColumn(sum.width());
            for (int row = 0; row < worker.rows(); row++) {
                System.arraycopy(
                        parts[0].data(), parts[0].at(row) + first, sum.data(), sum.at(row) + first, end - first);
            }
            for (int shard = 1; shard < parts.length; shard++) {
                worker.kernels.add(parts[shard], sum, 0, worker.rows(), first, end);
            }
            worker.did(Operator.ALL_REDUCE);
        }
        return sum;
    }
}
