package io.baseload.engine.api;

/**
 * How a model is loaded.
 *
 * @param name the name that the model answers to in metadata and metrics
 * @param contextLength tokens that one sequence may hold, prompt and answer; 0 = the model's own context length
 * @param kvTokens tokens that all sequences together may hold in the KV cache; 0 = automatic
 * @param maxSequences sequences that share a step
 * @param maxQueued requests of one flow that may wait beyond those; one more is refused with {@link OverloadedException}
 * @param prefillChunk prompt rows that one step computes at most
 * @param kvPrecision how the KV cache stores keys and values
 * @param precision what linear layers compute with
 * @param prefixCache whether pages of prompts are kept for later requests of the same {@link CacheScope}
 * @param speculation whether tokens that a text makes likely are computed before they are chosen; the text stays the same
 * @param quantization what the weights of linear layers become while they are packed; a model that was imported keeps what it has
 */
public record LoadOptions(
        String name,
        int contextLength,
        int kvTokens,
        int maxSequences,
        int maxQueued,
        int prefillChunk,
        KvPrecision kvPrecision,
        Precision precision,
        boolean prefixCache,
        boolean speculation,
        Quantization quantization) {

    public static LoadOptions named(String name) {
        return new LoadOptions(name, 0, 0, 8, 64, 512, KvPrecision.F32, Precision.FAST, true, true, Quantization.KEEP);
    }

    public LoadOptions withContextLength(int tokens) {
        return new LoadOptions(
                name,
                tokens,
                kvTokens,
                maxSequences,
                maxQueued,
                prefillChunk,
                kvPrecision,
                precision,
                prefixCache,
                speculation,
                quantization);
    }

    public LoadOptions withKvTokens(int tokens) {
        return new LoadOptions(
                name,
                contextLength,
                tokens,
                maxSequences,
                maxQueued,
                prefillChunk,
                kvPrecision,
                precision,
                prefixCache,
                speculation,
                quantization);
    }

    public LoadOptions withMaxSequences(int sequences) {
        return new LoadOptions(
                name,
                contextLength,
                kvTokens,
                sequences,
                maxQueued,
                prefillChunk,
                kvPrecision,
                precision,
                prefixCache,
                speculation,
                quantization);
    }

    public LoadOptions withMaxQueued(int requests) {
        return new LoadOptions(
                name,
                contextLength,
                kvTokens,
                maxSequences,
                requests,
                prefillChunk,
                kvPrecision,
                precision,
                prefixCache,
                speculation,
                quantization);
    }

    public LoadOptions withPrefillChunk(int rows) {
        return new LoadOptions(
                name,
                contextLength,
                kvTokens,
                maxSequences,
                maxQueued,
                rows,
                kvPrecision,
                precision,
                prefixCache,
                speculation,
                quantization);
    }

    public LoadOptions withKvPrecision(KvPrecision kvPrecision) {
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
                quantization);
    }

    public LoadOptions withPrecision(Precision precision) {
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
                quantization);
    }

    public LoadOptions withPrefixCache(boolean kept) {
        return new LoadOptions(
                name,
                contextLength,
                kvTokens,
                maxSequences,
                maxQueued,
                prefillChunk,
                kvPrecision,
                precision,
                kept,
                speculation,
                quantization);
    }

    public LoadOptions withSpeculation(boolean speculative) {
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
                speculative,
                quantization);
    }

    public LoadOptions withQuantization(Quantization quantization) {
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
                quantization);
    }

    public LoadOptions withName(String name) {
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
                quantization);
    }
}
