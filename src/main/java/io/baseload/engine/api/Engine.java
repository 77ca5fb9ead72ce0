package io.baseload.engine.api;

import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;

/** Opens model files and runs the models on this machine's CPUs. Thread-safe. */
public interface Engine extends AutoCloseable {

    /** Starts an engine with its worker threads. */
    static Engine open(EngineOptions options) {
        return ServiceLoader.load(EngineProvider.class, Engine.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Baseload engine on the class path"))
                .open(options);
    }

    /**
     * Reads a model file's header.
     *
     * @throws ModelFileException if the file is broken or contains something that this version doesn't support
     */
    ModelInfo inspect(Path file);

    /**
     * Reads the vocabulary of a model file.
     *
     * @throws ModelFileException as {@link #inspect}
     */
    Vocabulary vocabulary(Path file);

    /**
     * The most memory that {@link #load} with the same arguments would use, and answers afterwards.
     *
     * @throws ModelFileException as {@link #inspect}
     * @throws UnfitOptionsException if the model can't be loaded with these options
     */
    MemoryEstimate estimate(Path file, LoadOptions options);

    /**
     * The sizes of a model loaded with these options, for capacity planning.
     *
     * @param model as for {@link #load}, or a {@code config.json}; then weights are assumed to be BF16 and packed according to the options
     * @throws ModelFileException as {@link #inspect}
     * @throws UnfitOptionsException if it is an encoder; the message has no subject
     */
    ModelOutline outline(Path model, LoadOptions options);

    /**
     * The same for a model of which only the text of its {@code config.json} is known.
     *
     * @throws ModelFileException if it is broken, requires something that this version doesn't support, or has more matrices than any model
     * @throws UnfitOptionsException as for a file
     */
    ModelOutline outline(String config, LoadOptions options);

    /**
     * The parts of a model that is loaded with these options by an engine with {@code shards} shards. If it can't be cut into so many, there are fewer: the largest possible number that divides {@code shards}.
     *
     * @param model as for {@link #outline}
     * @throws ModelFileException as {@link #inspect}
     * @throws UncuttableModelException if {@code shards} is less than 1
     */
    ShardOutline shards(Path model, LoadOptions options, int shards);

    /** The same for a model of which only the text of its {@code config.json} is known. */
    ShardOutline shards(String config, LoadOptions options, int shards);

    /**
     * The memory of a model that is loaded with these options by an engine with {@code shards} shards and {@code workers} threads, which computes with the kernels of this machine.
     *
     * @param model as for {@link #outline}
     * @throws ModelFileException as {@link #inspect}
     * @throws UncuttableModelException as {@link #shards}
     */
    MemoryOutline memory(Path model, LoadOptions options, int shards, int workers);

    /** The same for a model of which only the text of its {@code config.json} is known. */
    MemoryOutline memory(String config, LoadOptions options, int shards, int workers);

    /**
     * Measures how fast this machine is with such a model, with as many workers as the engine has. Takes some seconds of all CPUs and the memory of {@link #measurement}. Call it while the engine is idle.
     *
     * @param kv how keys and values are stored
     * @throws UnfitOptionsException if its matrices are wider than those of any model; the message is a sentence
     */
    MachineRates measure(ModelOutline model, Precision precision, KvPrecision kv);

    /**
     * The memory that {@link #measure} with the same arguments takes: more than half a GiB.
     *
     * @throws UnfitOptionsException as {@link #measure}
     */
    MemoryEstimate measurement(ModelOutline model, Precision precision, KvPrecision kv);

    /**
     * Measures how long an all-reduce of some rows takes among the engine's shards, including the barrier of each shard's workers that follows it; with one shard, only the barrier. Call it
     * while the engine is idle.
     *
     * @param meeting whether all workers wait for all others before they add up, instead of waiting only for the slices that they need
     */
    CollectiveTimes measureAllReduce(int rows, int width, boolean meeting);

    /** The number of parts that it cuts each generating model into, as {@link #shards(Path, LoadOptions, int)} says. */
    int shards();

    /** The number of workers of all shards together. */
    int workers();

    /** The number of memory nodes with workers; 1 if the system doesn't list nodes. */
    int nodes();

    /** Whether all workers, of which the engine's own thread is one, are alive. An engine that has lost one can't compute anything, and its process has to be restarted. */
    boolean whole();

    /** The kernels that compute linear layers of this precision on this machine, those of generating models. */
    KernelTiers kernels(Precision precision);

    /**
     * The kernels that would compute this model's linear layers on this machine.
     *
     * @throws ModelFileException as {@link #inspect}
     */
    KernelTiers kernels(Path file, LoadOptions options);

    /** Loads a model without watching it. */
    default LoadedModel load(Path file, LoadOptions options) {
        return load(file, options, ByteProgress.NONE);
    }

    /**
     * Loads a model; returns once it can generate.
     *
     * @param progress of the weights: bytes that are in memory, packed or copied to their shards if they aren't mapped. What follows, compiling kernels for example, takes seconds at any size
     * @throws ModelFileException as {@link #inspect}, or if the model is an encoder
     * @throws UnfitOptionsException if it can't be loaded with these options
     * @throws java.util.concurrent.CancellationException if {@code progress} cancelled it
     */
    LoadedModel load(Path file, LoadOptions options, ByteProgress progress);

    /** Loads an encoder without watching it. */
    default LoadedEncoder loadEncoder(Path file, LoadOptions options) {
        return loadEncoder(file, options, ByteProgress.NONE);
    }

    /**
     * Loads an encoder; returns once it can encode. Options for the KV cache and for speculation have no effect.
     *
     * @param progress as of {@link #load(Path, LoadOptions, ByteProgress)}
     * @throws ModelFileException as {@link #inspect}, or if the model is not an encoder
     * @throws java.util.concurrent.CancellationException if {@code progress} cancelled it
     */
    LoadedEncoder loadEncoder(Path file, LoadOptions options, ByteProgress progress);

    /**
     * Writes a model in Baseload's own form, which is mapped and needs no packing when it is loaded. Some panels of one matrix at a time are in memory.
     *
     * @param folder an empty folder, which can be loaded afterwards. After a failed conversion, the caller has to remove its files
     * @param quantization the target format of the weights; empty = {@link Quantization#KEEP} for encoders and models that are already quantized, otherwise {@link Quantization#Q4}
     * @throws ModelFileException as {@link #inspect}
     * @throws java.util.concurrent.CancellationException if {@code progress} cancelled it
     * @throws java.io.UncheckedIOException if the folder can't be written
     */
    Conversion convert(Path model, Path folder, Optional<Quantization> quantization, ByteProgress progress);

    /** Closes all loaded models and stops the workers. Running requests fail with {@link ModelClosedException}. */
    @Override
    void close();
}
