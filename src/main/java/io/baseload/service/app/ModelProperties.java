package io.baseload.service.app;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.Precision;
import io.baseload.service.registry.Residence;
import io.baseload.service.routing.Readiness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How every model is loaded.
 *
 * @param contextLength the most tokens that one request may hold, prompt and answer, if the model's own context length isn't less; 0 = the model's own
 * @param kvTokens tokens that all requests together may hold in the KV cache; 0 = automatic
 * @param maxSequences answers that are computed at the same time
 * @param maxQueued answers that may wait beyond those; one more is refused with 503
 * @param prefillChunk the most prompt tokens in one step
 * @param kvPrecision how the KV cache stores keys and values: f32, f16 or q8; if not set, f16, or f32 with {@code exact} or without machine code
 * @param precision arithmetic of linear layers: exact or fast
 * @param prefixCache whether prompts are kept for later requests of the same tenant
 * @param speculation whether a single running answer may get several tokens in one step where its text repeats itself
 * @param warmUp whether a model answers only after its kernels are compiled, instead of slowly at first
 * @param loadWait how long a request waits while a model that is not in memory is loaded; 0 = the request is refused
 * @param idleTime time without a request after which a model is unloaded; 0 = never
 * @param ready when a service that starts is ready: all, or first
 * @param toolFormats the tool-call formats of models, by id, if their templates don't show them
 * @param chatTemplates by model, a file with a chat template to use instead of the model's own
 */
@ConfigurationProperties("baseload.model")
record ModelProperties(
        @DefaultValue("0") int contextLength,
        @DefaultValue("0") int kvTokens,
        @DefaultValue("8") int maxSequences,
        @DefaultValue("64") int maxQueued,
        @DefaultValue("512") int prefillChunk,
        @Nullable KvPrecision kvPrecision,
        @DefaultValue("fast") Precision precision,
        @DefaultValue("true") boolean prefixCache,
        @DefaultValue("true") boolean speculation,
        @DefaultValue("true") boolean warmUp,
        @DefaultValue("0s") Duration loadWait,
        @DefaultValue("0s") Duration idleTime,
        @DefaultValue("all") Readiness ready,
        @DefaultValue Map<String, String> toolFormats,
        @DefaultValue Map<String, Path> chatTemplates) {
    Residence.Policy residence() {
        return new Residence.Policy(loadWait, idleTime, maxQueued);
    }

    /** Nothing is loaded on request. */
    Residence.Policy withoutLoads() {
        return new Residence.Policy(Duration.ZERO, Duration.ZERO, maxQueued);
    }

    LoadOptions options() {
        return LoadOptions.named("")
                .withContextLength(contextLength)
                .withKvTokens(kvTokens)
                .withMaxSequences(maxSequences)
                .withMaxQueued(maxQueued)
                .withPrefillChunk(prefillChunk)
                .withKvPrecision(Optional.ofNullable(kvPrecision))
                .withPrecision(precision)
                .withPrefixCache(prefixCache)
                .withSpeculation(speculation)
                .withWarmUp(warmUp);
    }
}
