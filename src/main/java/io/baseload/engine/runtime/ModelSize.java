package io.baseload.engine.runtime;

import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.AttentionParts;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.model.Activations;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.model.StepLimits;
import io.baseload.engine.sample.Sampler;
import io.baseload.engine.schedule.BatcherLimits;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import java.util.Set;

/**
 * The size of a model's sequences and cache.
 *
 * @param contextLength the most tokens of one sequence
 * @param kvPages pages of the KV cache, enough for at least one sequence of that length
 */
record ModelSize(int contextLength, int kvPages, LoadOptions options) {
    /** Default size of the KV cache, if that is enough for the tokens below. */
    private static final long DEFAULT_KV_BYTES = 512L << 20;

    private static final int MIN_DEFAULT_TOKENS = 4096;

    /** The most texts in a step of an encoder. */
    private static final int MAX_TEXTS = 128;

    /** The default for the most tokens of an encoder's text: a text is computed in one step, which needs memory for all of its rows. */
    private static final int DEFAULT_MAX_TEXT = 8192;

    /**
     * Applies the defaults of unset options: a KV cache of 512 MiB or for all sequences, whichever is less, and the model's own context length, limited by the cache.
     */
    static ModelSize of(ModelConfig config, LoadOptions options) {
        check(config, options);
        if (config.encoder().isPresent()) {
            return ofEncoder(config, options);
        }
        int wanted = options.contextLength() == 0 ? config.contextLength() : options.contextLength();
        int tokens = options.kvTokens() == 0 ? defaultTokens(config, options, wanted) : options.kvTokens();
        int context = Math.min(wanted, tokens);
        return new ModelSize(context, KvCache.pagesFor(tokens), options);
    }

    /** Of a model that is loaded for so many sequences of such a length. */
    static ModelSize of(int sequences, int context, LoadOptions options) {
        long pages = Math.ceilDiv((long) sequences * context, KvPages.TOKENS);
        return new ModelSize(context, (int) Math.min(Integer.MAX_VALUE, pages), options.withMaxSequences(sequences));
    }

    /** A cache for the keys and values of one layer and one step; a text's last page may be partly filled. */
    private static ModelSize ofEncoder(ModelConfig config, LoadOptions options) {
        int wanted = options.contextLength() == 0
                ? Math.min(config.contextLength(), DEFAULT_MAX_TEXT)
                : options.contextLength();
        return new ModelSize(wanted, KvCache.pagesFor(rows(wanted, options)) + MAX_TEXTS, options);
    }

    /** The most rows of an encoder's step: enough for one text of any length. */
    private static int rows(int contextLength, LoadOptions options) {
        return Math.max(contextLength, options.prefillChunk());
    }

    /** Sizes of an encoder's step. */
    StepLimits encoderLimits(int workers) {
        return new StepLimits(contextLength, rows(contextLength, options), MAX_TEXTS, 0, workers);
    }

    private static void check(ModelConfig config, LoadOptions options) {
        atLeast(0, options.contextLength(), "contextLength");
        atLeast(0, options.kvTokens(), "kvTokens");
        atLeast(1, options.maxSequences(), "maxSequences");
        atLeast(0, options.maxQueued(), "maxQueued");
        atLeast(1, options.prefillChunk(), "prefillChunk");
        if (options.contextLength() > config.contextLength()) {
            throw new UnfitOptionsException("contextLength must be at most the model's own " + config.contextLength()
                    + ", not " + options.contextLength());
        }
        if (options.kvTokens() > 0 && options.kvTokens() < options.contextLength()) {
            throw new UnfitOptionsException("kvTokens must be at least contextLength " + options.contextLength()
                    + ", not " + options.kvTokens());
        }
    }

    private static void atLeast(int least, int value, String name) {
        if (value < least) {
            throw new UnfitOptionsException(name + " must be at least " + least + ", not " + value);
        }
    }

    private static int defaultTokens(ModelConfig config, LoadOptions options, int context) {
        long affordable = DEFAULT_KV_BYTES / pageBytes(config, options) * KvPages.TOKENS;
        long least = options.contextLength() == 0 ? Math.min(context, MIN_DEFAULT_TOKENS) : context;
        long most = (long) context * options.maxSequences();
        return (int) Math.min(Integer.MAX_VALUE / 2, Math.clamp(affordable, least, most));
    }

    private static long pageBytes(ModelConfig config, LoadOptions options) {
        return config.kvLayout(options.kvPrecision()).pageBytes();
    }

    long kvTokens() {
        return (long) kvPages * KvPages.TOKENS;
    }

    long kvBytes(ModelConfig config) {
        return kvPages * pageBytes(config, options);
    }

    long kvBytesPerToken(ModelConfig config) {
        return pageBytes(config, options) / KvPages.TOKENS;
    }

    /** Of that, keys and values. */
    long attendedBytesPerToken(ModelConfig config) {
        return config.kvLayout(options.kvPrecision()).attendedBytes() / KvPages.TOKENS;
    }

    /** Memory for parts of attention that several workers share. */
    long partBytes(ModelConfig config, int workers) {
        int valueDim = config.kvLayout(options.kvPrecision()).valueDim();
        return AttentionParts.nativeBytes(workers, contextLength, valueDim);
    }

    /**
     * Memory for intermediate results of a shard's workers.
     *
     * @param packings those of the shard's matrices
     * @param widest the largest number of columns of the shard's matrices, or the width of a key or value
     */
    long scratchBytes(ModelConfig config, Kernels kernels, Set<Packing> packings, int widest, int workers) {
        KvLayout layout = config.kvLayout(options.kvPrecision());
        long elements = DecoderWeights.promptElements(
                config, widest, limits(config, workers).rows());
        return workers * Scratch.nativeBytes(widest, layout.keyDim(), layout.valueDim())
                + partBytes(config, workers)
                + kernels.promptBytes(packings, elements);
    }

    /**
     * The Java heap of a shard: its activations and its workers' intermediate results.
     *
     * @param packings those of the shard's matrices
     * @param widest as for {@link #scratchBytes}
     * @param shards of the whole model
     */
    long heapBytes(ModelConfig config, Kernels kernels, Set<Packing> packings, int widest, int workers, int shards) {
        KvLayout layout = config.kvLayout(options.kvPrecision());
        return activationBytes(config, workers, shards)
                + workers * Scratch.heapBytes(kernels, packings, widest, layout);
    }

    /** The Java heap for the choice of tokens: each sequence's is made by one worker. */
    long choiceBytes(ModelConfig config, int workers) {
        return config.encoder().isPresent()
                ? 0
                : Math.min(workers, options.maxSequences()) * Sampler.heapBytes(config.vocabulary());
    }

    /** The Java heap for a shard's activations. */
    long activationBytes(ModelConfig config, int workers, int shards) {
        return new Activations(config, limits(config, workers), shards).bytes();
    }

    private StepLimits limits(ModelConfig config, int workers) {
        return config.encoder().isPresent() ? encoderLimits(workers) : limits(workers);
    }

    KvPages allocatePages(NativeMemory memory, ModelConfig config) {
        return KvPages.allocate(memory, kvPages, config.kvLayout(options.kvPrecision()));
    }

    BatcherLimits batcher() {
        int chunk = Math.min(options.prefillChunk(), contextLength);
        return new BatcherLimits(
                contextLength, options.maxSequences(), options.maxQueued(), chunk, options.speculation());
    }

    StepLimits limits(int workers) {
        return new StepLimits(
                contextLength,
                batcher().rows(),
                options.maxSequences(),
                batcher().logits(),
                workers);
    }
}
