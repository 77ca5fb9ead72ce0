package io.baseload.engine.runtime;

import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MemoryOutline;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Layers;
import io.baseload.engine.api.ModelOutline.Matrices;
import io.baseload.engine.api.ModelOutline.Use;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.ShardOutline;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Latent;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Routing;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.model.StepBarriers;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.shard.ShardPlan;
import io.baseload.engine.store.StoredFolder;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import io.baseload.engine.weights.AssumedWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.MatrixList;
import io.baseload.engine.weights.MatrixList.Named;
import io.baseload.engine.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Computes the {@link ModelOutline}, the {@link ShardOutline} and the {@link MemoryOutline} of a model: its family requests all weights as for a load, and the requests are counted. */
final class ModelOutlines {
    /** The matrices of experts and of single heads are listed one by one. The limit, which no model reaches, bounds the memory for that. */
    private static final int MAX_MATRICES = 1 << 18;

    private static final String LAYERS = "num_hidden_layers";

    private record Kind(Use use, boolean head, Packing packing, int rows, int cols) {}

    private ModelOutlines() {}

    /** The outline of a model's files, or of only a {@code config.json}. */
    static ModelOutline of(Path path, LoadOptions options) {
        return ask(path, options, (config, weights) -> of(config, weights, options));
    }

    /** The outline of a configuration: the text of a {@code config.json}. */
    static ModelOutline of(String config, LoadOptions options) {
        return ask(ConfigKeys.of(config), options, (known, weights) -> of(known, weights, options));
    }

    static ShardOutline shards(Path path, LoadOptions options, int shards) {
        return ask(
                path,
                options,
                (config, weights) -> plan(config, weights, shards).outline(options.kvPrecision()));
    }

    static ShardOutline shards(String config, LoadOptions options, int shards) {
        return ask(
                ConfigKeys.of(config),
                options,
                (known, weights) -> plan(known, weights, shards).outline(options.kvPrecision()));
    }

    static MemoryOutline memory(Path path, LoadOptions options, int shards, int workers) {
        return ask(path, options, (config, weights) -> memory(plan(config, weights, shards), options, workers));
    }

    static MemoryOutline memory(String config, LoadOptions options, int shards, int workers) {
        return ask(
                ConfigKeys.of(config),
                options,
                (known, weights) -> memory(plan(known, weights, shards), options, workers));
    }

    private static MemoryOutline memory(ShardPlan plan, LoadOptions options, int workers) {
        ShardSizes sizes = ShardSizes.of(plan);
        Kernels kernels = Kernels.planned(options.precision());
        TeamLayout layout = TeamLayout.unbound(Math.max(workers, plan.shards()), plan.shards());
        return (sequences, context) -> sizes.memory(ModelSize.of(sequences, context, options), kernels, layout);
    }

    private static ShardPlan plan(ModelConfig config, Weights weights, int shards) {
        var list = new MatrixList(weights);
        DecoderWeights.load(config, list);
        return ShardPlan.fitting(config, list.matrices(), shards);
    }

    private static <T> T ask(Path path, LoadOptions options, BiFunction<ModelConfig, Weights, T> answer) {
        if (path.toString().endsWith(".json")) {
            return ask(ConfigKeys.read(path), options, answer);
        }
        ImportPackings packings = new ImportPackings(options.quantization());
        boolean repacked = StoredFolder.is(path) && options.quantization() != Quantization.KEEP;
        try (ModelSource source = ModelSource.open(path, repacked ? ImportPackings.KEEP : packings);
                NativeMemory memory = new NativeMemory()) {
            requireGenerating(source.config());
            Weights weights = repacked ? new AssumedWeights(packings) : source.shapes(memory);
            return answer.apply(source.config(), weights);
        }
    }

    private static <T> T ask(ConfigKeys keys, LoadOptions options, BiFunction<ModelConfig, Weights, T> answer) {
        ModelConfig config = Architectures.config(keys);
        requireGenerating(config);
        long listed = config.layers().stream().mapToLong(ModelOutlines::listed).sum();
        if (listed > MAX_MATRICES) {
            throw keys.refuse(
                    LAYERS,
                    "is " + config.layers().size() + " with " + listed
                            + " matrices of experts and of single heads; a plan is made for at most " + MAX_MATRICES);
        }
        return answer.apply(config, new AssumedWeights(new ImportPackings(options.quantization())));
    }

    private static void requireGenerating(ModelConfig config) {
        if (config.encoder().isPresent()) {
            throw new UnfitOptionsException(
                    "is an encoder (" + config.architecture() + "); plans are made for models that generate");
        }
    }

    /** The matrices of a layer's experts and of its single heads. */
    private static long listed(LayerConfig layer) {
        long experts = layer.feedForward() instanceof Experts mixture
                ? mixture.routing().experts()
                : 0;
        long heads = layer.attention() instanceof Latent latent ? latent.heads() : 0;
        return 3 * experts + 2 * heads;
    }

    private static ModelOutline of(ModelConfig config, Weights weights, LoadOptions options) {
        var list = new MatrixList(weights);
        DecoderWeights.load(config, list);
        ModelSize size = ModelSize.of(config, options);
        KvLayout kv = config.kvLayout(options.kvPrecision());
        Optional<Routing> routing = config.routing();
        return new ModelOutline(
                config.architecture(),
                config.name(),
                config.contextLength(),
                config.vocabulary(),
                layers(config),
                config.hidden(),
                config.attention().heads(),
                kv.kvHeads(),
                kv.keyDim(),
                kv.valueDim(),
                kv.valuesInKeys(),
                routing.map(Routing::experts).orElse(0),
                routing.map(Routing::chosen).orElse(0),
                grouped(config, list.matrices()),
                Float.BYTES * list.vectorElements(),
                size.kvBytesPerToken(config),
                size.attendedBytesPerToken(config),
                size.batcher().prefillChunk(),
                StepBarriers.count(config),
                StepBarriers.allReduces(config));
    }

    /** The layers by their windows. */
    static List<Layers> layers(ModelConfig config) {
        Map<Integer, Integer> counts = new TreeMap<>();
        config.layers().forEach(layer -> counts.merge(layer.attention().scores().window(), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(windows -> new Layers(windows.getValue(), windows.getKey()))
                .toList();
    }

    private static List<Matrices> grouped(ModelConfig config, List<Named> matrices) {
        Map<Kind, Long> counts = new LinkedHashMap<>();
        for (Named named : matrices) {
            PackedMatrix matrix = named.matrix();
            boolean head = named.name().equals(config.tied() ? "embedding" : "head");
            counts.merge(
                    new Kind(named.use(config.tied()), head, matrix.packing(), matrix.rows(), matrix.cols()),
                    1L,
                    Long::sum);
        }
        return counts.entrySet().stream()
                .map(kind -> matrices(kind.getKey(), kind.getValue()))
                .toList();
    }

    private static Matrices matrices(Kind kind, long count) {
        long bytes = PackedMatrix.bytes(kind.packing, kind.rows, kind.cols);
        long lanes = (long) PackedMatrix.panels(kind.rows) * PackedMatrix.LANES;
        long codeBytes = lanes * kind.cols * kind.packing.codes().bits() / Byte.SIZE;
        return new Matrices(
                kind.use,
                kind.head,
                lower(kind.packing.codes()),
                kind.packing.block(),
                lower(kind.packing.scales()),
                count,
                kind.rows,
                kind.cols,
                count * codeBytes,
                count * (bytes - codeBytes));
    }

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    /** The packing of these matrices. */
    static Packing packing(Matrices matrices) {
        return new Packing(
                Codes.valueOf(matrices.codes().toUpperCase(Locale.ROOT)),
                matrices.block(),
                Scales.valueOf(matrices.scales().toUpperCase(Locale.ROOT)));
    }
}
