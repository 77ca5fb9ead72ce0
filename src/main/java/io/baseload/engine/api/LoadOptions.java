package io.baseload.engine.api;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a model is loaded.
 *
 * @param name the model's name in metadata and metrics
 * @param contextLength the most tokens of one sequence, prompt and answer; 0 = the model's own context length
 * @param kvTokens the most tokens of all sequences together in the KV cache; 0 = automatic
 * @param maxSequences the most sequences that share a step
 * @param maxQueued the most waiting requests of one flow; one more is refused with {@link OverloadedException}
 * @param prefillChunk the most prompt rows in one step
 * @param chosenKvPrecision how the KV cache stores keys and values; empty = {@link KvPrecision#defaultOf} the arithmetic
 * @param precision arithmetic of linear layers
 * @param prefixCache whether pages of prompts are kept for later requests of the same {@link CacheScope}
 * @param speculation whether likely next tokens are computed before they are chosen; the answer stays the same
 * @param warmUp whether loading includes compilation of the model's kernels; without it the first requests wait for the JIT, but a process with only one request ends sooner
 * @param quantization the format to which weights of linear layers are converted while they are packed; an imported model keeps its own
 */
public record LoadOptions(
        String name,
        int contextLength,
        int kvTokens,
        int maxSequences,
        int maxQueued,
        int prefillChunk,
        Optional<KvPrecision> chosenKvPrecision,
        Precision precision,
        boolean prefixCache,
        boolean speculation,
        boolean warmUp,
        Quantization quantization) {

    public static LoadOptions named(String name) {
        return new LoadOptions(
                name, 0, 0, 8, 64, 512, Optional.empty(), Precision.FAST, true, true, true, Quantization.KEEP);
    }

    public LoadOptions withName(String name) {
        return with(change -> change.name = name);
    }

    public LoadOptions withContextLength(int contextLength) {
        return with(change -> change.contextLength = contextLength);
    }

    public LoadOptions withKvTokens(int kvTokens) {
        return with(change -> change.kvTokens = kvTokens);
    }

    public LoadOptions withMaxSequences(int maxSequences) {
        return with(change -> change.maxSequences = maxSequences);
    }

    public LoadOptions withMaxQueued(int maxQueued) {
        return with(change -> change.maxQueued = maxQueued);
    }

    public LoadOptions withPrefillChunk(int prefillChunk) {
        return with(change -> change.prefillChunk = prefillChunk);
    }

    /** How the KV cache stores keys and values. */
    public KvPrecision kvPrecision() {
        return chosenKvPrecision.orElse(KvPrecision.defaultOf(precision));
    }

    public LoadOptions withKvPrecision(KvPrecision kvPrecision) {
        return withKvPrecision(Optional.of(kvPrecision));
    }

    /** @param kvPrecision empty for the default of the arithmetic */
    public LoadOptions withKvPrecision(Optional<KvPrecision> kvPrecision) {
        return with(change -> change.kvPrecision = kvPrecision);
    }

    public LoadOptions withPrecision(Precision precision) {
        return with(change -> change.precision = precision);
    }

    public LoadOptions withPrefixCache(boolean prefixCache) {
        return with(change -> change.prefixCache = prefixCache);
    }

    public LoadOptions withSpeculation(boolean speculation) {
        return with(change -> change.speculation = speculation);
    }

    public LoadOptions withWarmUp(boolean warmUp) {
        return with(change -> change.warmUp = warmUp);
    }

    public LoadOptions withQuantization(Quantization quantization) {
        return with(change -> change.quantization = quantization);
    }

    private LoadOptions with(Consumer<Change> one) {
        var change = new Change(this);
        one.accept(change);
        return change.made();
    }

    /** A copy that can be changed. */
    private static final class Change {
        private String name;
        private int contextLength;
        private int kvTokens;
        private int maxSequences;
        private int maxQueued;
        private int prefillChunk;
        private Optional<KvPrecision> kvPrecision;
        private Precision precision;
        private boolean prefixCache;
        private boolean speculation;
        private boolean warmUp;
        private Quantization quantization;

        Change(LoadOptions from) {
            name = from.name;
            contextLength = from.contextLength;
            kvTokens = from.kvTokens;
            maxSequences = from.maxSequences;
            maxQueued = from.maxQueued;
            prefillChunk = from.prefillChunk;
            kvPrecision = from.chosenKvPrecision;
            precision = from.precision;
            prefixCache = from.prefixCache;
            speculation = from.speculation;
            warmUp = from.warmUp;
            quantization = from.quantization;
        }

        LoadOptions made() {
            return new LoadOptions(
                    name,
                    contextLength,
                    kvTokens,
                    maxSequences,
                    maxQueued,
                    prefillChunk,
                    kvPrecision,
                    precision,
                    prefixCache,
                    speculation,
                    warmUp,
                    quantization);
        }
    }
}
