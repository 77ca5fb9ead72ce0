package io.baseload.engine.api;

import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;

/** Opens model files and runs them on this machine's CPUs. Safe for use by several threads. */
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
     * @throws ModelFileException if the file is broken or holds something that this version can't run
     */
    ModelInfo inspect(Path file);

    /**
     * Reads what a model file says of its tokens.
     *
     * @throws ModelFileException as {@link #inspect}
     */
    Vocabulary vocabulary(Path file);

    /**
     * The memory that {@link #load} with the same arguments would take.
     *
     * @throws ModelFileException as {@link #inspect}
     */
    MemoryEstimate estimate(Path file, LoadOptions options);

    /**
     * What a model is made of that is loaded with these options, for a plan of what it needs.
     *
     * @param model as for {@link #load}, or a {@code config.json}, whose weights are then taken to be in BF16 and packed as the options say
     * @throws ModelFileException as {@link #inspect}
     */
    ModelOutline outline(Path model, LoadOptions options);

    /**
     * The same for a model of which there is only the text of a {@code config.json}.
     *
     * @throws ModelFileException if it is broken or asks for something that this version can't run
     */
    ModelOutline outline(String config, LoadOptions options);

    /**
     * What a model is cut into that is loaded with these options by an engine of so many shards.
     *
     * @param model as for {@link #outline}
     * @throws ModelFileException as {@link #inspect}
     * @throws UncuttableModelException if it can't be cut so often
     */
    ShardOutline shards(Path model, LoadOptions options, int shards);

    /** The same for a model of which there is only the text of a {@code config.json}. */
    ShardOutline shards(String config, LoadOptions options, int shards);

    /**
     * Measures how fast this machine is with such a model, with as many workers as the engine has. Takes some seconds of all CPUs and half a GiB of memory; to be asked while the engine has
     * nothing to do.
     */
    MachineRates measure(ModelOutline model, Precision precision);

    /**
     * Measures what an all-reduce of some rows takes among the engine's shards, with the meeting of each shard's workers that follows it; of one shard that is the meeting alone. To be asked while the engine has nothing to do.
     *
     * @param meeting whether all workers meet before they add up, instead of waiting for those slices alone that they need
     */
    CollectiveTimes measureAllReduce(int rows, int width, boolean meeting);

    /** Whether all workers are there: an engine that has lost one computes nothing any more, and its process has to be started anew. By any thread. */
    boolean whole();

    /** What computes the linear layers of models that are loaded in this precision here. */
    KernelTiers kernels(Precision precision);

    /**
     * Loads a model; returns when it can generate.
     *
     * @throws ModelFileException as {@link #inspect}; if it is an encoder
     * @throws UncuttableModelException if it can't be cut into the engine's shards
     */
    LoadedModel load(Path file, LoadOptions options);

    /**
     * Loads an encoder; returns when it can encode. Options of the KV cache and of speculation have no effect.
     *
     * @throws ModelFileException as {@link #inspect}; if it generates
     */
    LoadedEncoder loadEncoder(Path file, LoadOptions options);

    /**
     * Writes a model in a form of our own that loads without being packed: kernel-ready, mapped. One matrix at a time is in memory.
     *
     * @param folder an empty one; it can be loaded afterwards. What a failed conversion left there has to be removed
     * @param quantization what becomes of the weights; empty = {@link Quantization#KEEP} for encoders and for models that are quantized already, else {@link Quantization#NF4_DQ}
     * @throws ModelFileException as {@link #inspect}
     * @throws java.util.concurrent.CancellationException if {@code progress} ended it
     * @throws java.io.UncheckedIOException if the folder can't be written
     */
    Conversion convert(Path model, Path folder, Optional<Quantization> quantization, Progress progress);

    /** Closes every loaded model and stops the workers. What still runs fails with {@link ModelClosedException}. */
    @Override
    void close();
}
