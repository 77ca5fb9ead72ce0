package io.baseload.cli;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.Progress;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.engine.store.StoredFolder;
import java.nio.file.Path;

/**
 * Loads a model for a command as the service does: one that doesn't fit is refused with numbers before its weights are read, and an imported one is read ahead, in large pieces, so that its first steps don't wait for the
 * disk page by page.
 *
 * @param budget the memory that the process may use
 * @param progress of reading ahead
 */
record CommandLoad(MemoryBudget budget, Progress progress) {

    static CommandLoad ofThisProcess(Output output) {
        return new CommandLoad(MemoryBudget.ofThisProcess(0), Percent.aside(output, "weights read: "));
    }

    LoadedModel load(Engine engine, Path model, LoadOptions options) {
        admit(estimate(engine, model, options));
        if (StoredFolder.is(model)) {
            StoredFolder.open(model).readAhead(progress);
        }
        return engine.load(model, options);
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
