package io.baseload.engine.runtime;

import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.shard.ShardPlan;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.weights.MatrixList;
import io.baseload.engine.weights.StepMatrices;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The sizes of a model's shards that depend neither on the number nor on the length of sequences, and the memory that follows from them. */
record ShardSizes(ModelConfig whole, List<Shard> shards) {

    /**
     * One shard.
     *
     * @param widest the largest number of columns of its matrices, or the width of a key or value
     * @param packings of the matrices by which a step multiplies
     */
    record Shard(ModelConfig config, long weightBytes, int widest, Set<Packing> packings) {}

    static ShardSizes of(ShardPlan plan) {
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < plan.shards(); i++) {
            ModelConfig config = plan.config(i);
            var all = new MatrixList(plan.planned(i));
            var multiplied = new StepMatrices(config, all);
            int widest = DecoderWeights.load(config, multiplied).widest();
            shards.add(new Shard(config, bytes(all), widest, multiplied.packings()));
        }
        return new ShardSizes(plan.whole(), shards);
    }

    private static long bytes(MatrixList all) {
        return all.matrices().stream()
                .map(MatrixList.Named::matrix)
                .mapToLong(matrix -> PackedMatrix.bytes(matrix.packing(), matrix.rows(), matrix.cols()))
                .sum();
    }

    /** The memory of each shard. The choice of tokens, which is made for all shards together, counts for the first. */
    List<MemoryEstimate> memory(ModelSize size, Kernels kernels, TeamLayout layout) {
        return IntStream.range(0, shards.size())
                .mapToObj(i -> memory(i, size, kernels, layout))
                .toList();
    }

    private MemoryEstimate memory(int index, ModelSize size, Kernels kernels, TeamLayout layout) {
        Shard shard = shards.get(index);
        int workers = layout.workers(index, layout.workers());
        long choice = index == 0 ? size.choiceBytes(whole, layout.workers()) : 0;
        return new MemoryEstimate(
                shard.weightBytes,
                size.kvBytes(shard.config),
                size.scratchBytes(shard.config, kernels, shard.packings, shard.widest, workers),
                choice + size.heapBytes(shard.config, kernels, shard.packings, shard.widest, workers, shards.size()));
    }
}
