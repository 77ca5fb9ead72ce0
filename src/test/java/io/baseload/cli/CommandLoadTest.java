package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.store.AliasedModel;
import io.baseload.engine.store.StoredFolder;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLoadTest {
    private static final Path MODEL = TestModels.reference("tiny-mixtral");

    @Test
    void activationsThatDoNotFitIntoTheHeapAreRefused() {
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            LoadOptions options = LoadOptions.named("tiny").withContextLength(64);
            var tooLittle = new CommandLoad(new MemoryBudget(1L << 30, 3 << 10, 0), ByteProgress.NONE);
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
            var tooLittle = new CommandLoad(new MemoryBudget(heap + needed - 1, heap, 0), ByteProgress.NONE);
            assertThatThrownBy(() -> tooLittle.load(engine, MODEL, options))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageMatching(
                            "the model needs \\d+ MiB of memory outside the heap, \\d+ MiB are free: \\d+ MiB in"
                                    + " all, 10 MiB for the heap, 0 MiB in reserve");
            var enough = new CommandLoad(new MemoryBudget(heap + needed, heap, 0), ByteProgress.NONE);
            try (LoadedModel loaded = enough.load(engine, MODEL, options)) {
                assertThat(loaded.load().memory().total()).isLessThanOrEqualTo(needed);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aModelThatIsNotImportedShowsItsProgressToo(int shards) {
        List<Long> left = new ArrayList<>();
        try (Engine engine = Engine.open(new EngineOptions(2, false, shards, List.of()))) {
            var load = new CommandLoad(MemoryBudget.ofThisProcess(0), (done, total) -> left.add(total - done));
            load.load(engine, MODEL, LoadOptions.named("tiny").withContextLength(64))
                    .close();
        }
        assertThat(left).hasSizeGreaterThan(5).last().isEqualTo(0L);
    }

    /** Layers that share their weights take their memory once, unless each is copied for its shard. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void sharedWeightsCountOnceWithOneShardOnly(int shards, @TempDir Path folder) throws IOException {
        Path aliased = folder.resolve("aliased");
        Path config = TestModels.reference("llama-v5config").resolve("config.json");
        AliasedModel.write(Files.readString(config), Quantization.Q8, aliased, 1, 1);
        long stored = StoredFolder.open(aliased).weightBytes();
        List<Long> read = new ArrayList<>();
        try (Engine engine = Engine.open(new EngineOptions(2, false, shards, List.of()))) {
            LoadOptions options = LoadOptions.named("aliased").withContextLength(64);
            MemoryEstimate whole = engine.estimate(aliased, options);
            long heap = 10L << 20;
            var budget = new MemoryBudget(heap + stored + whole.kvCache() + whole.scratch(), heap, 0);
            var load = new CommandLoad(budget, (done, total) -> read.add(total - done));
            if (shards == 1) {
                load.load(engine, aliased, options).close();
                assertThat(read)
                        .as("left of the weights while they are read ahead")
                        .last()
                        .isEqualTo(0L);
            } else {
                assertThatThrownBy(() -> load.load(engine, aliased, options))
                        .isInstanceOf(BadInputException.class)
                        .hasMessageStartingWith("the model needs ");
                assertThat(read).isEmpty();
            }
        }
    }
}
