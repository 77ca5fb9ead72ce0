package io.baseload.service.app;

import io.baseload.engine.api.ModelLoad;
import io.baseload.service.registry.EngineView;
import java.util.List;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.stereotype.Component;

/** {@code /actuator/models}: the models in this process's memory, also where the admin API can't be reached because the main port is full. */
@Component
@Endpoint(id = "models")
final class ModelsEndpoint {
    private final EngineView engine;

    ModelsEndpoint(EngineView engine) {
        this.engine = engine;
    }

    record Models(List<InMemory> models) {}

    /**
     * @param memoryBytes outside the heap
     * @param active answers that take part in steps
     * @param queued answers that wait for admission
     */
    record InMemory(
            String id,
            long memoryBytes,
            int active,
            int queued,
            long kvTokens,
            long kvTokensUsed,
            String prefillTier,
            String decodeTier) {
        static InMemory of(EngineView.Running model) {
            ModelLoad load = model.load();
            return new InMemory(
                    model.id(),
                    load.memory().total(),
                    load.active(),
                    load.queued(),
                    load.kvTokens(),
                    load.kvTokensUsed(),
                    load.kernels().prefill(),
                    load.kernels().decode());
        }
    }

    @ReadOperation
    Models models() {
        return new Models(engine.models().stream().map(InMemory::of).toList());
    }
}
