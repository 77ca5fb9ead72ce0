package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.Rotary;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.tensor.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes a Llama model of a file. The weights are packed into native memory; nothing refers to the file afterwards. */
public final class LlamaLoader {
    private final GgufFile file;
    private final ModelConfig config;
    private final LlamaTensors tensors;

    /** @throws io.baseload.engine.api.ModelFileException if the file's tensors are not those of a Llama model of this shape */
    public LlamaLoader(GgufFile file, ModelConfig config) {
        this.file = file;
        this.config = config;
        this.tensors = LlamaTensors.of(file, config);
    }

    /** Native memory that the weights take. */
    public long weightBytes() {
        return file.tensors().stream()
                .filter(tensor -> tensor.shape().size() == 2)
                .mapToLong(LlamaLoader::packedBytes)
                .sum();
    }

    /** Native memory that the workers take. */
    public long scratchBytes(int workers) {
        return workers * Scratch.nativeBytes(widest());
    }

    public CausalModel load(NativeMemory memory, KvPages kv, Limits limits) {
        Activations activations = Activations.allocate(config, limits.rows(), limits.logits(), limits.workers());
        LinearLoader loader = new LinearLoader(memory);
        LlamaWeights weights = weights(loader, activations);
        Scratch[] scratch = IntStream.range(0, limits.workers())
                .mapToObj(worker -> Scratch.allocate(memory, widest(), limits.contextLength()))
                .toArray(Scratch[]::new);
        return new Llama(
                config,
                weights,
                activations,
                Kernels.best(),
                rotary(loader, limits.contextLength()),
                kv,
                scratch,
                limits.chunks());
    }

    /** The embedding and each layer are packed by as many threads as there are CPUs. */
    private LlamaWeights weights(LinearLoader loader, Activations a) {
        CompletableFuture<PackedMatrix> embedding =
                CompletableFuture.supplyAsync(() -> loader.matrix(List.of(tensors.embedding())));
        LlamaWeights.Layer[] layers = tensors.layers().parallelStream()
                .map(layer -> layer(loader, layer, a))
                .toArray(LlamaWeights.Layer[]::new);
        PackedMatrix table = embedding.join();
        PackedMatrix head =
                tensors.head().map(tensor -> loader.matrix(List.of(tensor))).orElse(table);
        return new LlamaWeights(table, layers, loader.vector(tensors.norm()), head);
    }

    private static LlamaWeights.Layer layer(LinearLoader loader, LlamaTensors.Layer layer, Activations a) {
        return new LlamaWeights.Layer(
                loader.vector(layer.attentionNorm()),
                loader.linear(layer.qkv(), a.qkv()),
                loader.linear(List.of(layer.output()), a.branch()),
                loader.vector(layer.feedForwardNorm()),
                loader.linear(List.of(layer.gate()), a.gate()),
                loader.linear(List.of(layer.up()), a.up()),
                loader.linear(List.of(layer.down()), a.branch()));
    }

    /** GGUF stores the rows of q and k such that the two of a pair are neighbours. */
    private Rotary rotary(LinearLoader loader, int positions) {
        double[] frequencies = tensors.ropeFactors()
                .map(tensor -> config.rope().frequencies(loader.vector(tensor)))
                .orElseGet(() -> config.rope().frequencies());
        return Rotary.of(Rotary.Layout.INTERLEAVED, frequencies, 1, positions);
    }

    private int widest() {
        return Stream.of(config.hidden(), config.queryWidth(), config.feedForward())
                .max(Integer::compare)
                .orElseThrow();
    }

    private static long packedBytes(StoredTensor tensor) {
        return PackedMatrix.bytes(tensor.type(), Math.toIntExact(tensor.rows()), Math.toIntExact(tensor.columns()));
    }
}
