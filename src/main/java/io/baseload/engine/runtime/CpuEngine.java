package io.baseload.engine.runtime;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.CollectiveTimes;
import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.MemoryOutline;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.ShardOutline;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.model.AllReduceProbe;
import io.baseload.engine.model.CausalModel;
import io.baseload.engine.model.ModelShard;
import io.baseload.engine.model.TextEncoder;
import io.baseload.engine.parallel.NodeThreads;
import io.baseload.engine.parallel.PlatformThread;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.schedule.Batcher;
import io.baseload.engine.schedule.EngineLoop;
import io.baseload.engine.schedule.ModelTurns;
import io.baseload.engine.schedule.TextBatcher;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.weights.ImportPackings;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Optional;

/** One team of workers and one thread that drives it, shared by all loaded models. */
final class CpuEngine implements Engine {
    private static final System.Logger LOG = System.getLogger(CpuEngine.class.getName());

    /** The thread of a measurement. */
    static final String PROBE = "baseload-probe";

    private final TeamLayout layout;
    private final boolean pinned;
    private final Team team;
    private final EngineLoop loop;
    private boolean used;
    private volatile boolean closed;

    CpuEngine(EngineOptions options) {
        this(TeamLayout.of(options), options.pinned());
    }

    CpuEngine(TeamLayout layout, boolean pinned) {
        this.layout = layout;
        this.pinned = pinned;
        team = new Team(layout, pinned);
        loop = new EngineLoop(team);
    }

    @Override
    public ModelInfo inspect(Path file) {
        try (ModelSource source = ModelSource.open(file)) {
            return source.info();
        }
    }

    @Override
    public Vocabulary vocabulary(Path file) {
        try (ModelSource source = ModelSource.open(file)) {
            return source.vocabulary();
        }
    }

    @Override
    public MemoryEstimate estimate(Path file, LoadOptions options) {
        try (ModelSource source = ModelSource.open(file, new ImportPackings(options.quantization()))) {
            return ModelParts.estimate(source, ModelSize.of(source.config(), options), layout);
        }
    }

    @Override
    public ModelOutline outline(Path model, LoadOptions options) {
        return ModelOutlines.of(model, options);
    }

    @Override
    public ModelOutline outline(String config, LoadOptions options) {
        return ModelOutlines.of(config, options);
    }

    @Override
    public ShardOutline shards(Path model, LoadOptions options, int shards) {
        return ModelOutlines.shards(model, options, shards);
    }

    @Override
    public ShardOutline shards(String config, LoadOptions options, int shards) {
        return ModelOutlines.shards(config, options, shards);
    }

    @Override
    public MemoryOutline memory(Path model, LoadOptions options, int shards, int workers) {
        return ModelOutlines.memory(model, options, shards, workers);
    }

    @Override
    public MemoryOutline memory(String config, LoadOptions options, int shards, int workers) {
        return ModelOutlines.memory(config, options, shards, workers);
    }

    @Override
    public int shards() {
        return layout.shards();
    }

    @Override
    public int workers() {
        return layout.workers();
    }

    @Override
    public int nodes() {
        return layout.occupiedNodes();
    }

    @Override
    public MachineRates measure(ModelOutline model, Precision precision, KvPrecision kv) {
        return PlatformThread.call(PROBE, () -> RatesProbe.measure(model, Kernels.best(precision), kv, layout, pinned));
    }

    @Override
    public MemoryEstimate measurement(ModelOutline model, Precision precision, KvPrecision kv) {
        return RatesProbe.memory(model, Kernels.best(precision), kv, layout);
    }

    @Override
    public CollectiveTimes measureAllReduce(int rows, int width, boolean meeting) {
        return PlatformThread.call(PROBE, () -> {
            try (AllReduceProbe probe = new AllReduceProbe(layout, pinned, rows, width)) {
                return new CollectiveTimes(probe.nanos(meeting));
            }
        });
    }

    @Override
    public boolean whole() {
        return team.whole();
    }

    @Override
    public KernelTiers kernels(Precision precision) {
        return Kernels.best(precision).tiers();
    }

    @Override
    public KernelTiers kernels(Path file, LoadOptions options) {
        try (ModelSource source = ModelSource.open(file, new ImportPackings(options.quantization()))) {
            return source.kernels(options.precision()).tiers();
        }
    }

    @Override
    public LoadedModel load(Path file, LoadOptions options, ByteProgress progress) {
        refuseClosed();
        try (ModelSource source = ModelSource.open(file, new ImportPackings(options.quantization()))) {
            source.require(false);
            return load(source, ModelSize.of(source.config(), options), options, progress);
        }
    }

    @Override
    public LoadedEncoder loadEncoder(Path file, LoadOptions options, ByteProgress progress) {
        refuseClosed();
        try (ModelSource source = ModelSource.open(file, new ImportPackings(options.quantization()))) {
            source.require(true);
            return loadEncoder(source, ModelSize.of(source.config(), options), options, progress);
        }
    }

    @Override
    public Conversion convert(Path model, Path folder, Optional<Quantization> quantization, ByteProgress progress) {
        return ModelConversion.run(model, folder, quantization, progress);
    }

    private LoadedModel load(ModelSource source, ModelSize size, LoadOptions options, ByteProgress progress) {
        NativeMemory memory = new NativeMemory();
        try {
            Kernels kernels = source.kernels(options.precision());
            ModelParts parts = ModelParts.of(source, size, layout, memory, progress);
            KvPages pages = parts.shards().getFirst().kv();
            KvCache cache = new KvCache(pages, options.prefixCache());
            CausalModel model = model(source, size, parts, kernels);
            if (options.warmUp()) {
                int group =
                        parts.shards().getFirst().weights().config().attention().heads()
                                / pages.layout().kvHeads();
                KernelWarmUp.run(kernels, parts.packings(), parts.perHead(), pages.layout(), group);
            }
            var probe = new RooflineProbe(
                    parts.matrices(),
                    kernels,
                    parts.layout(),
                    pinned,
                    source.plan().widest(),
                    size.attendedBytesPerToken(source.config()),
                    ModelOutlines.layers(source.config()));
            Batcher batcher = new Batcher(options.name(), model, cache, size.batcher(), loop::wake);
            KernelTiers tiers = kernels.tiers();
            LOG.log(Level.INFO, "{0}: prompts by {1}; answers by {2}", options.name(), tiers.prefill(), tiers.decode());
            parts.log(options.name(), model::activations);
            CpuModel loaded = new CpuModel(options.name(), source, size, parts, cache, batcher, probe, tiers);
            add(batcher, () -> parts.logUsed(options.name()), memory, loaded::markFreed);
            return loaded;
        } catch (Throwable failed) {
            memory.close();
            throw failed;
        }
    }

    private LoadedEncoder loadEncoder(ModelSource source, ModelSize size, LoadOptions options, ByteProgress progress) {
        NativeMemory memory = new NativeMemory();
        try {
            Kernels kernels = source.kernels(options.precision());
            ModelParts parts = ModelParts.of(source, size, layout, memory, progress);
            ModelShard shard = parts.shards().getFirst();
            TextEncoder encoder = encoder(shard, size, kernels);
            if (options.warmUp()) {
                KvLayout keys = shard.kv().layout();
                int group = source.config().attention().heads() / keys.kvHeads();
                KernelWarmUp.run(kernels, parts.packings(), parts.perHead(), keys, group);
            }
            var cache = new KvCache(shard.kv(), false);
            var batcher = new TextBatcher(
                    options.name(), encoder, cache, size.batcher().places(), loop::wake);
            KernelTiers tiers = kernels.tiers();
            LOG.log(Level.INFO, "{0}: texts by {1}", options.name(), tiers.prefill());
            parts.log(options.name(), only -> encoder.activations());
            var loaded = new CpuEncoder(options.name(), source, size, parts.taken(), batcher, tiers);
            add(batcher, () -> parts.logUsed(options.name()), memory, loaded::markFreed);
            return loaded;
        } catch (Throwable failed) {
            memory.close();
            throw failed;
        }
    }

    /** Its memory is allocated near the workers that use it. */
    private CausalModel model(ModelSource source, ModelSize size, ModelParts parts, Kernels kernels) {
        try (var threads = new NodeThreads(parts.layout())) {
            return CausalModel.of(
                    source.config(), parts.shards(), size.limits(layout.workers()), kernels, threads.executors());
        }
    }

    /** Its memory is allocated near the first shard's workers, which compute it. */
    private TextEncoder encoder(ModelShard shard, ModelSize size, Kernels kernels) {
        try (var threads = new NodeThreads(layout)) {
            return PlatformThread.call(
                    threads.executors().getFirst().getFirst(),
                    () -> new TextEncoder(shard, size.encoderLimits(layout.workers()), layout.shards(), kernels));
        }
    }

    /** @param unused called when the model is not used any more, before its memory is freed */
    private synchronized void add(ModelTurns turns, Runnable unused, NativeMemory memory, Runnable freed) {
        refuseClosed();
        if (!used) {
            used = true; // not before: a service without models opens an engine too, to read files
            LOG.log(Level.INFO, "engine: workers {0}, shards {1}", layout.workers(), layout.shards());
        }
        loop.add(turns, () -> {
            unused.run();
            memory.close();
            freed.run();
        });
    }

    private void refuseClosed() {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        loop.close();
    }
}
