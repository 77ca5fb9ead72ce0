package io.baseload.engine.model;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.architecture.ModelDefinition;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.schedule.Batcher;
import io.baseload.engine.schedule.BatcherLimits;
import io.baseload.engine.shard.ShardPlan;
import io.baseload.engine.shard.ShardedWeights;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.CheckpointWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.MatrixList;
import io.baseload.engine.weights.PassingWeights;
import io.baseload.engine.weights.PlannedWeights;
import io.baseload.engine.weights.StepMatrices;
import io.baseload.engine.weights.Weights;
import io.baseload.testing.CollectingSink;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A model without a scheduler, to which a test passes rows. */
public final class ModelHarness implements AutoCloseable {
    /** Rows of one step at most. */
    public static final int MAX_ROWS = 96;

    final CausalModel model;
    final Batch batch;
    final Team team;
    private final NativeMemory memory = new NativeMemory();
    private final KvCache cache;
    private final int contextLength;
    private final KvPrecision kvPrecision;

    public ModelHarness(Path path, int contextLength, int workers) {
        this(path, contextLength, 1, workers, config -> config);
    }

    /**
     * @param workers at least one for each shard
     * @param change what is computed differently from what the files say
     */
    public ModelHarness(Path path, int contextLength, int shards, int workers, UnaryOperator<ModelConfig> change) {
        this(path, contextLength, shards, workers, Precision.EXACT, Quantization.KEEP, change);
    }

    /** @param quantization of the weights in memory */
    ModelHarness(
            Path path, int contextLength, int shards, int workers, Precision precision, Quantization quantization) {
        this(path, contextLength, shards, workers, precision, quantization, config -> config);
    }

    private ModelHarness(
            Path path,
            int contextLength,
            int shards,
            int workers,
            Precision precision,
            Quantization quantization,
            UnaryOperator<ModelConfig> change) {
        this.contextLength = contextLength;
        this.kvPrecision = KvPrecision.defaultOf(precision);
        try (ModelFolder file = ModelFolder.open(path)) {
            ModelDefinition definition = Architectures.of(file);
            ModelConfig config = change.apply(definition.config());
            StepLimits limits = new StepLimits(contextLength, MAX_ROWS, 4, MAX_ROWS, workers);
            List<ModelShard> parts = cut(config, definition, new ImportPackings(quantization), shards);
            cache = new KvCache(parts.getFirst().kv(), false);
            List<List<Executor>> here = Collections.nCopies(shards, Collections.nCopies(workers, Runnable::run));
            model = CausalModel.of(config, parts, limits, Kernels.best(precision), here);
            definition.weights().refuseOthers();
        }
        batch = model.batch();
        team = new Team(TeamLayout.unbound(workers, shards), false);
    }

    private List<ModelShard> cut(ModelConfig config, ModelDefinition definition, ImportPackings packings, int shards) {
        if (shards == 1) {
            var weights = new CheckpointWeights(definition.weights(), packings, memory);
            return List.of(shard(config, weights));
        }
        var list = new MatrixList(new PlannedWeights(definition.weights(), packings));
        DecoderWeights.load(config, list);
        var plan = new ShardPlan(config, list.matrices(), shards);
        Executor node = Runnable::run;
        Executor other = Runnable::run;
        var cut = new ShardedWeights(
                plan, Collections.nCopies(shards, memory), Collections.nCopies(shards, List.of(node, node, other)));
        try (var whole = new PassingWeights(definition.weights(), packings)) {
            cut.cut(whole);
        }
        return IntStream.range(0, shards)
                .mapToObj(shard -> shard(plan.config(shard), cut.of(shard)))
                .toList();
    }

    private ModelShard shard(ModelConfig config, Weights weights) {
        var noted = new StepMatrices(config, weights);
        DecoderWeights own = DecoderWeights.load(config, noted);
        KvPages pages = KvPages.allocate(memory, 4 * KvCache.pagesFor(contextLength), config.kvLayout(kvPrecision));
        return new ModelShard(own, noted.packings(), pages, memory);
    }

    public PageTable sequence() {
        PageTable table = cache.table(contextLength, CacheScope.PRIVATE);
        table.grow(contextLength);
        return table;
    }

    /** Logits of all tokens {@code from … to}, computed as one chunk of a prompt. */
    public float[][] prefill(PageTable table, int[] tokens, int from, int to) {
        fillPrefill(table, tokens, from, to);
        return forward(to - from);
    }

    private void fillPrefill(PageTable table, int[] tokens, int from, int to) {
        batch.clear();
        batch.addPrefill(table, tokens, from, to, tokens.length);
        for (int row = 0; row < to - from; row++) {
            batch.wantLogits(row);
        }
    }

    /** Logits of one decoded token. */
    public float[] decode(PageTable table, int token, int position) {
        batch.clear();
        batch.addDecode(table, token, position, position + 1);
        batch.wantLogits(0);
        return forward(1)[0];
    }

    /** The same, and what is left in the residual stream: {@code embeddings}, {@code layer0} …, {@code final_norm}, each [to − from][hidden]. */
    public Map<String, float[][]> hidden(PageTable table, int[] tokens, int from, int to) {
        Map<String, float[][]> seen = new HashMap<>();
        fillPrefill(table, tokens, from, to);
        model.forward(team, batch, new StepObserver() {
            @Override
            public void embedded(Rows x) {
                seen.put("embeddings", copy(x, to - from));
            }

            @Override
            public void layer(int layer, Rows x) {
                seen.put("layer" + layer, copy(x, to - from));
            }

            @Override
            public void normed(Rows selected) {
                seen.put("final_norm", copy(selected, to - from));
            }
        });
        return seen;
    }

    /** The likeliest tokens after a prompt, as the scheduler decodes them. */
    public int[] greedy(int[] prompt, int count) {
        int chunk = MAX_ROWS / 2;
        var batcher =
                new Batcher("harness", model, cache, new BatcherLimits(contextLength, 1, 1, chunk, false), () -> {});
        var sink = new CollectingSink();
        batcher.submit(GenerationRequest.greedy(prompt, count), sink);
        while (!sink.ended()) {
            batcher.turn(team);
        }
        sink.await();
        return sink.ids().stream().mapToInt(Integer::intValue).toArray();
    }

    float[][] forward(int rows) {
        model.forward(team, batch);
        return copy(model.logits(), rows);
    }

    private static float[][] copy(Rows from, int rows) {
        float[][] copy = new float[rows][];
        for (int i = 0; i < rows; i++) {
            copy[i] = Arrays.copyOfRange(from.data(), from.at(i), from.at(i) + from.width());
        }
        return copy;
    }

    public static float difference(float[] a, float[] b) {
        float largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    public static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    @Override
    public void close() {
        team.close();
        memory.close();
    }
}
