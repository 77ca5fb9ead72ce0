package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CommandLoadTest {
    private static final Path MODEL = TestModels.reference("tiny-mixtral");

    @Test
    void activationsThatDoNotFitIntoTheHeapAreRefused() {
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            LoadOptions options = LoadOptions.named("tiny").withContextLength(64);
            var tooLittle = new CommandLoad(new MemoryBudget(1L << 30, 3 << 10, 0));
            assertThatThrownBy(() -> tooLittle.load(engine, MODEL, options))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageMatching("the model needs \\d+ MiB of heap for its activations, 1 MiB are free: two"
                            + " thirds of the heap of 1 MiB, 0 MiB for other models; .*");
        }
    }

    @Test
    void refusesAModelThatDoesNotFitWithNumbers() {
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            LoadOptions options = LoadOptions.named("tiny").withContextLength(64);
            long needed = engine.estimate(MODEL, options).total();
            long heap = 10L << 20;
            var tooLittle = new CommandLoad(new MemoryBudget(heap + needed - 1, heap, 0));
            assertThatThrownBy(() -> tooLittle.load(engine, MODEL, options))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageMatching(
                            "the model needs \\d+ MiB of memory outside the heap, \\d+ MiB are free: \\d+ MiB in"
                                    + " all, 10 MiB for the heap, 0 MiB in reserve");
            try (LoadedModel loaded =
                    new CommandLoad(new MemoryBudget(heap + needed, heap, 0)).load(engine, MODEL, options)) {
                assertThat(loaded.load().memory().total()).isLessThanOrEqualTo(needed);
            }
        }
    }
}
