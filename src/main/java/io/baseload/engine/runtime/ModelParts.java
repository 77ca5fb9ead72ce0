package io.baseload.engine.runtime;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.model.ModelShard;
import io.baseload.engine.parallel.NodeThreads;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.platform.MemoryNodes;
import io.baseload.engine.shard.ShardPlan;
import io.baseload.engine.shard.ShardedWeights;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.StepMatrices;
import io.baseload.engine.weights.Weights;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The weights of a model in memory: packed or mapped for one shard, cut for several. One shard on one of several memory nodes has a copy on that node.
 *
 * @param layout the engine's workers in the model's shards
 * @param matrices the matrices of each shard by which a step multiplies
 * @param taken their memory, and that of the workers' intermediate results
 */
record ModelParts(TeamLayout layout, List<ModelShard> shards, List<StepMatrices> matrices, MemoryEstimate taken) {
    private static final System.Logger LOG = System.getLogger(ModelParts.class.getName());

    /**
     * Loads the weights.
     *
     * @param team the engine's workers, in as many shards as the model is cut into if it can be
     */
    static ModelParts of(
            ModelSource source, ModelSize size, TeamLayout team, NativeMemory memory, ByteProgress progress) {
        if (isWhole(source, team)) {
            ModelParts parts = empty(team, source.estimate(size, team.workers()));
            source.load(memory, progress, weights -> parts.add(source.config(), weights, size, memory));
            return parts;
        }
        ShardPlan plan = plan(source, team);
        plan.fewer()
                .ifPresent(why -> LOG.log(
                        System.Logger.Level.WARNING, "{0}: {1}", size.options().name(), why));
        TeamLayout layout = team.merged(plan.shards());
        ModelParts parts =
                empty(layout, estimate(plan, size, source.kernels(size.options().precision()), layout));
        List<NativeMemory> memories =
                Stream.generate(memory::part).limit(layout.shards()).toList();
        try (var threads = new NodeThreads(layout)) {
            var cut = new ShardedWeights(plan, memories, threads.executors());
            source.pass(progress, cut::cut);
            for (int shard = 0; shard < layout.shards(); shard++) {
                parts.add(plan.config(shard), cut.of(shard), size, memories.get(shard));
            }
        }
        return parts;
    }

    /** Whether weights are packed or mapped as a whole, not copied part by part. One shard on several nodes shares mapped pages with the page cache, wherever they are. */
    private static boolean isWhole(ModelSource source, TeamLayout team) {
        return team.shards() == 1 ? !team.confined() : source.isEncoder();
    }

    private static ModelParts empty(TeamLayout layout, MemoryEstimate taken) {
        return new ModelParts(layout, new ArrayList<>(), new ArrayList<>(), taken);
    }

    private static ShardPlan plan(ModelSource source, TeamLayout team) {
        return ShardPlan.fitting(source.config(), source.matrices(), team.shards());
    }

    /** The most memory that {@link #of} with the same arguments would use, at its end or before. */
    static MemoryEstimate estimate(ModelSource source, ModelSize size, TeamLayout team) {
        if (isWhole(source, team)) {
            return source.estimate(size, team.workers());
        }
        ShardPlan plan = plan(source, team);
        MemoryEstimate taken =
                estimate(plan, size, source.kernels(size.options().precision()), team.merged(plan.shards()));
        return taken.plus(new MemoryEstimate(0, 0, source.passingBytes(), 0));
    }

    private static MemoryEstimate estimate(ShardPlan plan, ModelSize size, Kernels kernels, TeamLayout layout) {
        return ShardSizes.of(plan).memory(size, kernels, layout).stream()
                .reduce(MemoryEstimate.NONE, MemoryEstimate::plus);
    }

    private void add(ModelConfig config, Weights weights, ModelSize size, NativeMemory memory) {
        var noted = new StepMatrices(config, weights);
        DecoderWeights own = DecoderWeights.load(config, noted);
        shards.add(new ModelShard(own, noted.packings(), size.allocatePages(memory, config), memory));
        matrices.add(noted);
    }

    /** All packings of the matrices. */
    Set<Packing> packings() {
        return matrices.stream().flatMap(shard -> shard.packings().stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** The packings of matrices for single heads. */
    Set<Packing> perHead() {
        return matrices.stream().flatMap(shard -> shard.perHead().stream()).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Logs each shard's CPUs, its part of the model and the nodes of that memory.
     *
     * @param activations the rows of a shard's steps
     */
    void log(String model, IntFunction<List<Rows>> activations) {
        for (int shard = 0; LOG.isLoggable(System.Logger.Level.INFO) && shard < shards.size(); shard++) {
            List<MemorySegment> data = data(shard);
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}: shard {1} of {2}: workers {3}, CPUs {4}, {5} bytes of weights, sampled pages by memory"
                            + " node: {6}; activations {7}",
                    model,
                    shard,
                    shards.size(),
                    layout.workers(shard, layout.workers()),
                    layout.cpus().get(shard),
                    data.stream().mapToLong(MemorySegment::byteSize).sum(),
                    MemoryNodes.of(data),
                    MemoryNodes.of(activations.apply(shard).stream()
                            .map(rows -> MemorySegment.ofArray(rows.data()))
                            .toList()));
        }
    }

    /** Logs the nodes of the memory that is placed when it is first used. To be called when the model is not used any more. */
    void logUsed(String model) {
        for (int shard = 0; LOG.isLoggable(System.Logger.Level.INFO) && shard < shards.size(); shard++) {
            ModelShard own = shards.get(shard);
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}: shard {1} of {2} after use: sampled pages by memory node: keys and values {3}; everything"
                            + " except mapped files {4}",
                    model,
                    shard,
                    shards.size(),
                    MemoryNodes.of(List.of(own.kv().data())),
                    MemoryNodes.of(own.memory().allocated()));
        }
    }

    private List<MemorySegment> data(int shard) {
        StepMatrices own = matrices.get(shard);
        return Stream.concat(own.shared().stream(), own.experts().stream())
                .map(PackedMatrix::data)
                .toList();
    }
}
