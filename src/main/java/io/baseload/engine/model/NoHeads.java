package io.baseload.engine.model;

import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.Optional;

/** Attention of a shard without heads, because there are fewer heads than shards. It adds nothing, but takes part where shards wait for each other. */
final class NoHeads implements Block {
    private final Optional<AllReduce> squares;

    private NoHeads(NoHeadsWeights weights, Workspace workspace) {
        squares = QueryKeyNorms.squares(weights.config().norm(), workspace);
    }

    @Override
    public void run(Worker worker, Rows x, Rows out) {
        int from = worker.firstColumn(out.width());
        int width = worker.endColumn(out.width()) - from;
        for (int row = 0; row < worker.rows(); row++) {
            Arrays.fill(out.data(), out.at(row) + from, out.at(row) + from + width, 0);
        }
        if (squares.isPresent()) {
            squares.get().awaitRows(worker);
        }
    }

    /** No weights at all. */
    record NoHeadsWeights(GroupedQuery config) implements BlockWeights {
        @Override
        public Block bind(Workspace workspace) {
            return new NoHeads(this, workspace);
        }

        @Override
        public int widest() {
            return 1;
        }
    }
}
