package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.parallel.Team;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.HeapArrays;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The heap that each worker takes beside the rows of a step is in the estimate, what kernels create on first use included. */
class WorkersHeapTest {
    private static final int FEW = 2;
    private static final int MANY = 8;

    /** A step of so many rows has all workers. */
    private static final int[] PROMPT = new int[100];

    /** On a crowded machine some workers take no part in steps of one row. */
    private static final int MAX_ANSWERS = 100;

    private static final LoadOptions OPTIONS = LoadOptions.named("m")
            .withContextLength(128)
            .withKvTokens(256)
            .withMaxSequences(1)
            .withWarmUp(false);

    @ParameterizedTest
    @CsvSource({
        "llama/model.gguf, EXACT, KEEP, 1",
        "llama/model.gguf, FAST, Q4, 1",
        "llama/model.gguf, FAST, NF4, 1",
        "llama/model.gguf, FAST, Q4, 2",
        "deepseek-v3, FAST, Q8, 1",
        "tiny-gpt-oss, FAST, KEEP, 1"
    })
    void workersTakeWhatIsEstimated(String name, Precision precision, Quantization quantization, int shards) {
        Path model = TestModels.reference(name);
        LoadOptions options = OPTIONS.withPrecision(precision).withQuantization(quantization);
        try (Engine few = Engine.open(new EngineOptions(FEW, false, shards, List.of()));
                Engine many = Engine.open(new EngineOptions(MANY, false, shards, List.of()));
                LoadedModel byFew = few.load(model, options);
                LoadedModel byMany = many.load(model, options)) {
            long expected = many.estimate(model, options).activations()
                    - few.estimate(model, options).activations();
            long more = 0;
            for (int i = 0; i < MAX_ANSWERS && more < expected * 9 / 10; i++) {
                more = -afterAnAnswer(byFew) + afterAnAnswer(byMany);
            }
            assertThat(more).isCloseTo(expected, withPercentage(10));
        }
    }

    /** The size of the model's arrays, without the threads' own. */
    private static long afterAnAnswer(LoadedModel model) {
        var sink = new CollectingSink();
        model.generate(GenerationRequest.greedy(PROMPT, 4), sink);
        sink.await();
        return HeapArrays.bytes(model, Team.class.getPackageName());
    }
}
