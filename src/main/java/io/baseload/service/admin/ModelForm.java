package io.baseload.service.admin;

import io.baseload.engine.api.ModelLoad;
import io.baseload.service.registry.Model;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A model in JSON.
 *
 * @param loaded its state in memory; null if it is not in memory
 * @param error why the last attempt to load it failed; null if it did not
 */
@JsonNaming(SnakeCaseStrategy.class)
record ModelForm(
        String id,
        String state,
        String architecture,
        String format,
        long bytes,
        int contextLength,
        String sha256,
        List<String> aliases,
        @Nullable Loaded loaded,
        @Nullable String error,
        Instant createdAt) {

    /**
     * @param memoryBytes bytes outside the Java heap
     * @param precision the precision of linear layers: exact or fast
     * @param kvPrecision the number format of the KV cache: f32, f16 or q8
     * @param pinned whether it stays although nobody uses it, or others need room
     * @param prefillTier the kernels for the linear layers of prompts
     * @param decodeTier those for answers
     * @param shards the parts that it is split into
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Loaded(
            long memoryBytes,
            int active,
            int queued,
            String precision,
            String kvPrecision,
            boolean pinned,
            String prefillTier,
            String decodeTier,
            int shards) {
        static Loaded of(Model model, ModelLoad load) {
            return new Loaded(
                    load.memory().total(),
                    load.active(),
                    load.queued(),
                    model.precision().label(),
                    model.kvPrecision().label(),
                    model.pinned(),
                    load.kernels().prefill(),
                    load.kernels().decode(),
                    load.shards());
        }
    }

    static ModelForm of(Model model) {
        return new ModelForm(
                model.id(),
                model.state().name().toLowerCase(Locale.ROOT),
                model.architecture(),
                model.format(),
                model.bytes(),
                model.contextLength(),
                model.sha256(),
                model.aliases(),
                model.load().map(load -> Loaded.of(model, load)).orElse(null),
                model.failure().orElse(null),
                model.createdAt());
    }
}
