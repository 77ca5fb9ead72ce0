package io.baseload.service.admin;

import io.baseload.service.registry.EngineView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The state of this process's engine: memory, and the models in it. */
@RestController
@RequestMapping("/admin/v1/engine")
final class EngineController {
    private final EngineView engine;
    private final EngineHistory history;

    EngineController(EngineView engine, EngineHistory history) {
        this.engine = engine;
        this.history = history;
    }

    /** Since each model was loaded. */
    @GetMapping
    EngineForm now() {
        return EngineForm.of(Instant.now(), engine.memory(), engine.models(), history);
    }

    /** @param every seconds between two samples */
    @JsonNaming(SnakeCaseStrategy.class)
    record HistoryForm(long every, List<EngineHistory.Sample> data) {}

    /**
     * Samples of the last three hours, oldest first.
     *
     * @param from first moment, RFC 3339; absent = all
     */
    @GetMapping("/history")
    HistoryForm history(@RequestParam @Nullable String from) {
        Instant first = from == null ? Instant.EPOCH : Refusals.time("from", from);
        return new HistoryForm(EngineHistory.EVERY.toSeconds(), history.samples(first));
    }
}
