package io.baseload.engine.runtime;

import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.ModelLoad;
import io.baseload.engine.api.ModelTask;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.engine.api.PrefixCacheLoad;
import io.baseload.engine.api.SpeculationLoad;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.schedule.TextBatcher;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** An encoder in memory: checks texts and passes them to its batcher. */
final class CpuEncoder implements LoadedEncoder {
    private static final PrefixCacheLoad NO_PREFIXES = new PrefixCacheLoad(0, 0, 0, 0);
    private static final SpeculationLoad NO_SPECULATION = new SpeculationLoad(0, 0);

    private final String name;
    private final ModelInfo info;
    private final Vocabulary vocabulary;
    private final ModelSize size;
    private final MemoryEstimate memory;
    private final TextBatcher batcher;
    private final KernelTiers kernels;
    private final CompletableFuture<Void> freed = new CompletableFuture<>();

    CpuEncoder(
            String name,
            ModelSource source,
            ModelSize size,
            MemoryEstimate memory,
            TextBatcher batcher,
            KernelTiers kernels) {
        this.name = name;
        this.info = source.info();
        this.vocabulary = source.vocabulary();
        this.size = size;
        this.memory = memory;
        this.batcher = batcher;
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
    public int dimensions() {
        return info.task() == ModelTask.RANK ? 1 : info.hiddenSize();
    }

    @Override
    public CompletableFuture<List<float[]>> encode(List<EncoderText> texts, FlowId flow, IntConsumer begun) {
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("texts must have at least one");
        }
        texts.forEach(text -> RequestCheck.check(text, contextLength(), info.vocabularySize()));
        return batcher.submit(texts, flow, begun);
    }

    @Override
    public ModelLoad load() {
        return new ModelLoad(
                batcher.active(), batcher.queued(), 0, 0, 0, NO_PREFIXES, NO_SPECULATION, memory, kernels, 1);
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
    public OperatorTimes times() {
        return batcher.times();
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
