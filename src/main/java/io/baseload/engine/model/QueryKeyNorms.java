package io.baseload.engine.model;

import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import java.util.Optional;

/** The norm of queries and keys before they are rotated: none, one of each head, or one over all heads. */
sealed interface QueryKeyNorms {
    /** Called once for all rows, after a barrier of the shard and before {@link #apply}, by all workers of all shards. */
    default void begin(Worker worker) {}

    /** Norms one row's queries and keys in place. */
    void apply(Worker worker, int row);

    static QueryKeyNorms of(GroupedQueryAttention.GroupedQueryWeights weights, Rows q, Rows k, Workspace workspace) {
        float[] query = weights.queryNorm();
        float[] key = weights.keyNorm();
        float epsilon = weights.epsilon();
        return switch (weights.config().norm()) {
            case QueryKeyNorm.None none -> new None();
            case QueryKeyNorm.Head head -> new Own(HeadNorm.of(q, query, epsilon), HeadNorm.of(k, key, epsilon));
            case QueryKeyNorm.Projection norm ->
                squares(norm, workspace)
                        .<QueryKeyNorms>map(squares -> new Spanning(norm, q, query, k, key, epsilon, squares))
                        .orElseGet(() -> new Own(HeadNorm.of(q, query, epsilon), HeadNorm.of(k, key, epsilon)));
        };
    }

    /** The rows for the shards' sums of squares, of queries and of keys; empty if one shard has all heads. */
    static Optional<AllReduce> squares(QueryKeyNorm norm, Workspace workspace) {
        return Optional.of(norm)
                .filter(QueryKeyNorm.Projection.class::isInstance)
                .map(over -> workspace.allReduce("squares of queries and keys", 2))
                .filter(AllReduce::shared);
    }

    record None() implements QueryKeyNorms {
        @Override
        public void apply(Worker worker, int row) {}
    }

    /** A norm of heads of this shard. */
    record Own(HeadNorm query, HeadNorm key) implements QueryKeyNorms {
        @Override
        public void apply(Worker worker, int row) {
            query.apply(worker, row);
            key.apply(worker, row);
        }
    }

    /** A norm over the heads of all shards: each adds up the squares of its own, waits for the others, and adds up all sums in the order of the shards. */
    record Spanning(
            QueryKeyNorm.Projection norm,
            Rows q,
            float[] queryNorm,
            Rows k,
            float[] keyNorm,
            float epsilon,
            AllReduce squares)
            implements QueryKeyNorms {

        @Override
        public void begin(Worker worker) {
            Rows own = squares.part(worker);
            int end = worker.to(worker.rows());
            for (int row = worker.from(worker.rows()); row < end; row++) {
                own.data()[own.at(row)] = worker.kernels.squares(q, row, 0, worker.scratch);
                own.data()[own.at(row) + 1] = worker.kernels.squares(k, row, norm.countedBefore(), worker.scratch);
            }
            worker.did(Operator.NORMS_AND_ROTARY);
            squares.awaitRows(worker);
        }

        @Override
        public void apply(Worker worker, int row) {
            float query = squares.sum(row, 0) / norm.queryWidth();
            worker.kernels.normalize(q, row, (float) (1 / Math.sqrt(query + epsilon)), queryNorm);
            float key = squares.sum(row, 1) / norm.keyWidth();
            worker.kernels.normalize(k, row, (float) (1 / Math.sqrt(key + epsilon)), keyNorm);
        }
    }
}
