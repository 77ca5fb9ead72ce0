package io.baseload.ai;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import java.nio.file.Path;
import org.springframework.beans.factory.ObjectProvider;

/** Refuses a model that needs more memory than the process has left, before its weights are read. */
final class ModelMemory {
    private ModelMemory() {}

    /**
     * Checks a model against the application's budget, or that of the process if the application has none.
     *
     * @param taken memory of the application's other models
     * @throws IllegalStateException with the numbers, if the model doesn't fit
     */
    static void check(
            Engine engine, ObjectProvider<MemoryBudget> budget, MemoryEstimate taken, Path model, LoadOptions options) {
        budget.getIfAvailable(() -> MemoryBudget.ofThisProcess(0))
                .refusal(engine.estimate(model, options), taken)
                .ifPresent(why -> {
                    throw new IllegalStateException(model + ": " + why);
                });
    }
}
