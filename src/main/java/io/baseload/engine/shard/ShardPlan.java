package io.baseload.engine.shard;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.ModelOutline.Use;
import io.baseload.engine.api.ShardOutline;
import io.baseload.engine.api.UncuttableModelException;
import io.baseload.engine.config.AttentionConfig;
import io.baseload.engine.config.Dense;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.FeedForwardConfig;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Latent;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.model.StepBarriers;
import io.baseload.engine.tensor.IndexRange;
import io.baseload.engine.tensor.MatrixSlice;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.weights.MatrixList.Named;
import io.baseload.engine.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * The assignment of slices of weights to shards: tensor parallelism after Shoeybi et al., "Megatron-LM" (2019).
 *
 * <p>The idea: a shard of a model is a smaller model. It has some of the attention heads, some of the channels of a filter and some of the inner width of each feed-forward layer, so it
 * computes a part of each block's addition to the residual stream, and the parts of all shards are added up. Matrices that compute heads, channels or inner width are cut by outputs, those
 * that map them back by inputs, and the embedding and the head by vocabulary. Norms, routers and the matrices that compress to latent vectors are replicated, because all shards need them.
 *
 * <p>Uneven shapes. KV heads are cut with their query heads; some shards have one more than others. If there are fewer KV heads than shards, several shards have the same one: each computes
 * and keeps its keys and values, and has some of its query heads. If there are fewer query heads, the last shards have none. Each expert is cut by its width, rather than assigned to a
 * shard, because a token's few experts would leave some shards idle. Inner widths are cut at the ends of quantized blocks and nested scales, if such parts are even enough ({@link Cuts});
 * otherwise nested scales, or weights, become F32 with the same values.
 */
public final class ShardPlan {
    private static final String LAYERS = "layers.";

    private final ModelConfig config;
    private final List<Named> matrices;
    private final int shards;
    private final Optional<String> fewer;
    private final List<IndexRange> vocabulary;
    private final List<LayerCut> layers = new ArrayList<>();
    private final Map<String, Packing> packings = new HashMap<>();

    /** A part of a matrix, and its name in the shard's own model. */
    public record Part(int shard, String name, MatrixSlice slice) {}

    /**
     * @param matrices all matrices that the model requests
     * @throws UncuttableModelException if the model can't be cut into so many shards
     */
    public ShardPlan(ModelConfig config, List<Named> matrices, int shards) {
        this(config, matrices, shards, Optional.empty());
    }

    private ShardPlan(ModelConfig config, List<Named> matrices, int shards, Optional<String> fewer) {
        this.config = config;
        this.matrices = List.copyOf(matrices);
        this.shards = shards;
        this.fewer = fewer;
        for (Named named : matrices) {
            packings.put(named.name(), named.matrix().packing());
        }
        if (shards < 1) {
            throw new UncuttableModelException("shards must be at least 1, not " + shards);
        }
        if (shards > 1 && config.encoder().isPresent()) {
            throw refuse("is an encoder, which");
        }
        CutLimit limit = CutLimit.of(config);
        if (limit.parts() < shards) {
            throw refuse("has " + limit.parts() + " " + limit.what() + ", which");
        }
        vocabulary = panels(config.vocabulary());
        for (int i = 0; i < config.layers().size(); i++) {
            layers.add(cut(i, config.layers().get(i)));
        }
    }

    /**
     * The model cut into {@code shards} shards or, if it can't be, into the largest possible number that divides it: then each shard can have the workers of as many of a team's shards as any other.
     *
     * @param matrices as for the constructor
     */
    public static ShardPlan fitting(ModelConfig config, List<Named> matrices, int shards) {
        CutLimit limit = CutLimit.of(config);
        if (limit.parts() >= shards) {
            return new ShardPlan(config, matrices, shards);
        }
        int fitting = limit.divisor(shards);
        String why = String.format(
                Locale.ROOT,
                "%d %s instead of %d, because %s has %d %s",
                fitting,
                fitting == 1 ? "shard" : "shards",
                shards,
                config.architecture(),
                limit.parts(),
                limit.what());
        return new ShardPlan(config, matrices, fitting, Optional.of(why));
    }

    private List<IndexRange> panels(int rows) {
        return Cuts.even(PackedMatrix.panels(rows), shards).stream()
                .map(range -> new IndexRange(
                        Math.min(rows, range.from() * PackedMatrix.LANES),
                        Math.min(rows, range.to() * PackedMatrix.LANES)))
                .toList();
    }

    private LayerCut cut(int index, LayerConfig layer) {
        AttentionConfig attention = layer.attention();
        boolean latent = attention instanceof Latent;
        int group = latent ? 1 : attention.heads() / attention.kvHeads();
        int kv = latent ? attention.heads() : attention.kvHeads();
        List<IndexRange> heads = Cuts.heads(attention.heads(), kv, shards);
        List<IndexRange> between = attention instanceof LocalizedFiltering filter
                ? inputs(index, "attention.filter.second", filter.between())
                : List.of();
        return switch (layer.feedForward()) {
            case Gated gated ->
                new LayerCut(
                        heads,
                        Cuts.kvHeads(heads, group),
                        between,
                        inputs(index, "feed_forward.down", gated.width()),
                        List.of());
            case Dense dense ->
                new LayerCut(
                        heads,
                        Cuts.kvHeads(heads, group),
                        between,
                        inputs(index, "feed_forward.down", dense.width()),
                        List.of());
            case Experts experts ->
                new LayerCut(
                        heads,
                        Cuts.kvHeads(heads, group),
                        between,
                        inputs(index, "feed_forward.experts.0.down", experts.width()),
                        experts.sharedWidth() == 0
                                ? List.of()
                                : inputs(index, "feed_forward.shared.down", experts.sharedWidth()));
        };
    }

    private List<IndexRange> inputs(int layer, String name, int width) {
        return Cuts.inputs(packing(LAYERS + layer + "." + name), width, shards);
    }

    private UncuttableModelException refuse(String has) {
        return new UncuttableModelException(
                config.architecture() + " " + has + " can't be cut into " + shards + " shards");
    }

    private Packing packing(String name) {
        Packing packing = packings.get(name);
        if (packing == null) {
            throw new IllegalStateException("the model has no " + name);
        }
        return packing;
    }

    public int shards() {
        return shards;
    }

    /** Why there are fewer shards than wanted, in words; empty if there aren't. */
    public Optional<String> fewer() {
        return fewer;
    }

    /** The uncut model. */
    public ModelConfig whole() {
        return config;
    }

    /** A shard's configuration as a model of its own; its vocabulary is its part of the embedding. */
    public ModelConfig config(int shard) {
        List<LayerConfig> own = IntStream.range(0, layers.size())
                .mapToObj(i -> layer(config.layers().get(i), layers.get(i), shard))
                .toList();
        return new ModelConfig(
                config.architecture(),
                config.name(),
                config.contextLength(),
                vocabulary.get(shard).size(),
                config.hidden(),
                config.tied(),
                config.norms(),
                config.factors(),
                own,
                config.encoder());
    }

    private static LayerConfig layer(LayerConfig layer, LayerCut cut, int shard) {
        int heads = cut.heads().get(shard).size();
        AttentionConfig attention = switch (layer.attention()) {
            case GroupedQuery grouped -> grouped(grouped, cut, shard);
            case Latent latent ->
                new Latent(
                        heads,
                        latent.queryRank(),
                        latent.latentDim(),
                        latent.plainDim(),
                        latent.headValueDim(),
                        latent.rope(),
                        latent.scores(),
                        latent.bias());
            case LocalizedFiltering filter ->
                new LocalizedFiltering(
                        filter.hidden(),
                        cut.between().get(shard).size(),
                        grouped(filter.attention(), cut, shard),
                        filter.separator());
        };
        return new LayerConfig(attention, feedForward(layer.feedForward(), cut, shard));
    }

    private static FeedForwardConfig feedForward(FeedForwardConfig kind, LayerCut cut, int shard) {
        int width = cut.width().get(shard).size();
        return switch (kind) {
            case Gated gated -> new Gated(width, gated.activation(), gated.bias(), gated.downBias());
            case Dense dense -> new Dense(width, dense.bias());
            case Experts experts -> {
                int shared =
                        cut.shared().isEmpty() ? 0 : cut.shared().get(shard).size();
                yield new Experts(experts.routing(), width, experts.bias(), experts.limit(), shared);
            }
        };
    }

    private static GroupedQuery grouped(GroupedQuery whole, LayerCut cut, int shard) {
        return new GroupedQuery(
                cut.heads().get(shard).size(),
                cut.kvHeads().get(shard).size(),
                whole.headDim(),
                whole.rope(),
                whole.scores(),
                norm(whole, cut, shard),
                whole.bias(),
                whole.outputBias());
    }

    /** A key that several shards have is counted by the first of them. */
    private static QueryKeyNorm norm(GroupedQuery whole, LayerCut cut, int shard) {
        if (shard == 0 || !(whole.norm() instanceof QueryKeyNorm.Projection norm)) {
            return whole.norm();
        }
        IndexRange own = cut.kvHeads().get(shard);
        IndexRange before = cut.kvHeads().get(shard - 1);
        int repeated = Math.clamp(before.to() - own.from(), 0, own.size());
        return new QueryKeyNorm.Projection(norm.queryWidth(), norm.keyWidth(), repeated * whole.headDim());
    }

    /** A shard's part of the vocabulary: rows of the embedding, and logits. */
    public IndexRange vocabulary(int shard) {
        return vocabulary.get(shard);
    }

    LayerCut layer(int index) {
        return layers.get(index);
    }

    /** The cut of a weight, by its name. */
    WeightCut cut(String name) {
        if (name.equals("embedding") || name.equals("head")) {
            return new WeightCut.Outputs(vocabulary);
        }
        if (!name.startsWith(LAYERS)) {
            return WeightCut.WHOLE;
        }
        int dot = name.indexOf('.', LAYERS.length());
        int layer = Integer.parseInt(name.substring(LAYERS.length(), dot));
        return WeightCut.of(name.substring(dot + 1), config.layers().get(layer), layers.get(layer));
    }

    /** The parts of a matrix, at most one for each shard. */
    public List<Part> parts(String name, PackedMatrix matrix) {
        return IntStream.range(0, shards)
                .mapToObj(slicing(name, matrix))
                .flatMap(Optional::stream)
                .toList();
    }

    /** A shard's part of a matrix, if it has one. */
    private IntFunction<Optional<Part>> slicing(String name, PackedMatrix matrix) {
        return switch (cut(name)) {
            case WeightCut.Whole whole -> {
                MatrixSlice slice = MatrixSlice.whole(matrix);
                yield shard -> Optional.of(new Part(shard, name, slice));
            }
            case WeightCut.Outputs outputs -> {
                Packing packing = Cuts.outputs(matrix.packing(), outputs.ranges());
                List<IndexRange> cols = List.of(new IndexRange(0, matrix.cols()));
                yield shard -> part(shard, name, outputs.ranges(), range -> new MatrixSlice(packing, range, cols));
            }
            case WeightCut.Inputs inputs -> {
                Packing packing = Cuts.packing(matrix.packing(), inputs.borders());
                IndexRange rows = new IndexRange(0, matrix.rows());
                yield shard -> part(
                        shard, name, inputs.ranges(), range -> new MatrixSlice(packing, rows, inputs.pieces(range)));
            }
            case WeightCut.Head head ->
                shard -> shard == head.shard()
                        ? Optional.of(new Part(shard, head.rename(name), MatrixSlice.whole(matrix)))
                        : Optional.empty();
        };
    }

    private static Optional<Part> part(
            int shard, String name, List<IndexRange> ranges, Function<IndexRange, MatrixSlice> slice) {
        IndexRange range = ranges.get(shard);
        return range.size() == 0 ? Optional.empty() : Optional.of(new Part(shard, name, slice.apply(range)));
    }

    /** The weights of a shard's own model, without data. */
    public Weights planned(int shard) {
        Map<String, PackedMatrix> own = new HashMap<>();
        for (Named named : matrices) {
            slicing(named.name(), named.matrix()).apply(shard).ifPresent(part -> {
                MatrixSlice slice = part.slice();
                own.put(
                        part.name(),
                        PackedMatrix.planned(slice.packing(), slice.rows().size(), slice.width()));
            });
        }
        return new PlannedShard(own, new HashMap<>());
    }

    /** Its vectors of a length are one. */
    private record PlannedShard(Map<String, PackedMatrix> own, Map<Integer, float[]> zeros) implements Weights {
        @Override
        public PackedMatrix matrix(String name, int rows, int cols) {
            PackedMatrix found = own.get(name);
            if (found == null || found.rows() != rows || found.cols() != cols) {
                throw new IllegalStateException("the plan has no " + name + " of " + rows + " × " + cols);
            }
            return found;
        }

        @Override
        public float[] vector(String name, int length) {
            return zeros.computeIfAbsent(length, float[]::new);
        }
    }

    /**
     * The sizes of the shards, and the additional cost of a step.
     *
     * @param kv how keys and values are stored
     */
    public ShardOutline outline(KvPrecision kv) {
        long[] bytes = new long[shards];
        long[] shared = new long[shards];
        long[] experts = new long[shards];
        long whole = 0;
        long replicated = 0;
        long widened = 0;
        Set<String> replicatedKinds = new TreeSet<>();
        Set<String> widenedKinds = new TreeSet<>();
        for (Named named : matrices) {
            long own = MatrixSlice.whole(named.matrix()).bytes();
            List<Part> parts = parts(named.name(), named.matrix());
            Use use = named.use(config.tied());
            long all = 0;
            for (Part part : parts) {
                long size = part.slice().bytes();
                bytes[part.shard()] += size;
                shared[part.shard()] += use == Use.SHARED ? size : 0;
                experts[part.shard()] += use == Use.EXPERT ? size : 0;
                all += size;
            }
            whole += own;
            if (!parts.getFirst().slice().packing().equals(named.matrix().packing())) {
                widened += all - own;
                widenedKinds.add(kind(named.name()));
            } else if (copied(named, parts)) {
                replicated += all - own;
                replicatedKinds.add(kind(named.name()));
            }
        }
        return new ShardOutline(
                shards,
                whole,
                Arrays.stream(bytes).boxed().toList(),
                Arrays.stream(shared).boxed().toList(),
                Arrays.stream(experts).boxed().toList(),
                layers.getFirst().heads().stream().map(IndexRange::size).toList(),
                perToken(kv, KvLayout::pageBytes),
                perToken(kv, KvLayout::attendedBytes),
                replicated,
                widened,
                List.copyOf(replicatedKinds),
                List.copyOf(widenedKinds),
                shards == 1 ? 0 : StepBarriers.allReduces(config),
                fewer);
    }

    private List<Long> perToken(KvPrecision kv, ToLongFunction<KvLayout> pageBytes) {
        return IntStream.range(0, shards)
                .mapToObj(shard -> pageBytes.applyAsLong(config(shard).kvLayout(kv)) / KvPages.TOKENS)
                .toList();
    }

    private static boolean copied(Named named, List<Part> parts) {
        long weights = parts.stream()
                .mapToLong(
                        part -> (long) part.slice().rows().size() * part.slice().width())
                .sum();
        return weights > (long) named.matrix().rows() * named.matrix().cols();
    }

    /** The name without numbers: that of the same matrix in all layers, experts and heads. */
    private static String kind(String name) {
        return name.replaceAll("(layers|experts|heads)\\.\\d+\\.", "");
    }
}
