package io.baseload.service.admin;

import io.baseload.service.registry.EngineView;
import java.time.Instant;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
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

    /** The last three hours, oldest first. */
    @GetMapping("/history")
    HistoryForm history() {
        return new HistoryForm(EngineHistory.EVERY.toSeconds(), history.samples());
    }
}
