package io.baseload.cli;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.UnfitOptionsException;
import java.nio.file.Path;

/**
 * Loads a model for a command as the service does: one that doesn't fit is refused with numbers before its weights are read.
 *
 * @param budget the memory that the process may use
 * @param progress of the weights
 */
record CommandLoad(MemoryBudget budget, ByteProgress progress) {

    static CommandLoad ofThisProcess(Output output) {
        return new CommandLoad(MemoryBudget.ofThisProcess(0), Percent.aside(output, "weights loaded: "));
    }

    LoadedModel load(Engine engine, Path model, LoadOptions options) {
        admit(estimate(engine, model, options));
        return engine.load(model, options, progress);
    }

    /** @throws BadInputException if the model can't be loaded with these options */
    private static MemoryEstimate estimate(Engine engine, Path model, LoadOptions options) {
        try {
            return engine.estimate(model, options);
        } catch (UnfitOptionsException e) {
            throw new BadInputException(model + ": " + e.getMessage());
        }
    }

    /** @throws BadInputException if less memory is available */
    private void admit(MemoryEstimate needed) {
        budget.refusal(needed, MemoryEstimate.NONE).ifPresent(why -> {
            throw new BadInputException(why);
        });
    }
}
