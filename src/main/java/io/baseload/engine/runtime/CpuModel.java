package io.baseload.engine.runtime;

import io.baseload.engine.api.Generation;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.ModelLoad;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.engine.api.Roofline;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.schedule.Batcher;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A model in memory: checks requests and passes them to its batcher. */
final class CpuModel implements LoadedModel {
    private final String name;
    private final ModelInfo info;
    private final Vocabulary vocabulary;
    private final ModelSize size;
    private final MemoryEstimate memory;
    private final int shards;
    private final KvCache cache;
    private final Batcher batcher;
    private final RooflineProbe probe;
    private final KernelTiers kernels;
    private final CompletableFuture<Void> freed = new CompletableFuture<>();

    CpuModel(
            String name,
            ModelSource source,
            ModelSize size,
            ModelParts parts,
            KvCache cache,
            Batcher batcher,
            RooflineProbe probe,
            KernelTiers kernels) {
        this.name = name;
        this.info = source.info();
        this.vocabulary = source.vocabulary();
        this.size = size;
        this.memory = parts.taken();
        this.shards = parts.shards().size();
        this.cache = cache;
        this.batcher = batcher;
        this.probe = probe;
        this.kernels = kernels;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public int contextLength() {
        return size.contextLength();
    }

    @Override
    public Generation generate(GenerationRequest request, TokenSink sink) {
        RequestCheck.check(request, contextLength(), info.vocabularySize());
        return batcher.submit(request, sink);
    }

    @Override
    public ModelLoad load() {
        long used = (long) cache.usedPages() * KvPages.TOKENS;
        return new ModelLoad(
                batcher.active(),
                batcher.queued(),
                used,
                size.kvTokens(),
                batcher.preemptions(),
                cache.prefixes(),
                batcher.speculation(),
                memory,
                kernels,
                shards);
    }

    @Override
    public Roofline roofline(int sequences) {
        return probe.measure(sequences);
    }

    @Override
    public OperatorTimes times() {
        return batcher.times();
    }

    @Override
    public int places() {
        return size.batcher().places();
    }

    @Override
    public Duration queueTime() {
        return batcher.queueTime();
    }

    @Override
    public void close() {
        batcher.close();
    }

    @Override
    public CompletableFuture<Void> freed() {
        return freed.copy();
    }

    void markFreed() {
        freed.complete(null);
    }
}
