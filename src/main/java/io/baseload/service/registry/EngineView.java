package io.baseload.service.registry;

import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.ModelLoad;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.service.registry.LoadedModels.ServableModel;
import java.util.Comparator;
import java.util.List;
import org.springframework.stereotype.Component;

/** The current state of this process's engine. */
@Component
public final class EngineView {
    private final LoadedModels loaded;
    private final MemoryBudget budget;

    EngineView(LoadedModels loaded, MemoryBudget budget) {
        this.loaded = loaded;
        this.budget = budget;
    }

    /** A model in memory, including those being drained. */
    public record Running(ServableModel model, ModelLoad load, OperatorTimes times) {
        public String id() {
            return model.id();
        }
    }

    /** @param models bytes that they use */
    public record Memory(MemoryBudget budget, long models) {
        /** The memory available for another model. */
        public long free() {
            return Math.max(0, budget.available(models));
        }
    }

    /** In the order of their ids. */
    public List<Running> models() {
        return loaded.models().stream()
                .map(model -> new Running(
                        model, model.resident().load(), model.resident().times()))
                .sorted(Comparator.comparing(Running::id))
                .toList();
    }

    public Memory memory() {
        return new Memory(
                budget,
                loaded.models().stream()
                        .mapToLong(model -> model.resident().load().memory().total())
                        .sum());
    }
}
