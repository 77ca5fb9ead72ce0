package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ModelFolder;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The heap that the rows of a step take is in the estimate, and a model that needs too much of it is refused. */
class ActivationsTest {
    private static final Engine ENGINE = Engine.open(new EngineOptions(2, false, 1, List.of()));
    private static final LoadOptions OPTIONS =
            LoadOptions.named("m").withKvTokens(256).withContextLength(64).withWarmUp(false);

    /** Loads of which the median counts. */
    private static final int ROUNDS = 7;

    @TempDir
    Path folder;

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama/model.gguf", "deepseek-v3", "yuan2-m32", "tiny-mixtral", "tiny-gpt-oss"})
    void aGeneratingModelTakesWhatIsEstimated(String model) {
        compare(TestModels.reference(model), OPTIONS.withMaxSequences(8), OPTIONS.withMaxSequences(520));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "gte-cls", "modernbert-cls", "nomic-mean", "qwen3-last", "xlmr-rank"})
    void anEncoderTakesWhatIsEstimated(String model) {
        LoadOptions options = OPTIONS.withKvTokens(0);
        compare(
                TestModels.resource("encoders/" + model),
                options.withPrefillChunk(512),
                options.withPrefillChunk(1 << 13));
    }

    /** Compares with the difference of two sizes: the rest doesn't grow with a step's rows. */
    private static void compare(Path model, LoadOptions few, LoadOptions many) {
        long expected = ENGINE.estimate(model, many).activations()
                - ENGINE.estimate(model, few).activations();
        assertThat(usuallyAllocated(model, many) - usuallyAllocated(model, few))
                .isCloseTo(expected, withPercentage(10));
    }

    /** The median of some rounds: other threads may allocate meanwhile, and the JVM counts a thread that just ends twice for a moment, so that a round may have too few bytes as well. */
    private static long usuallyAllocated(Path model, LoadOptions options) {
        return LongStream.generate(() -> allocated(model, options))
                .limit(ROUNDS)
                .sorted()
                .skip(ROUNDS / 2)
                .findFirst()
                .orElseThrow();
    }

    private static long allocated(Path model, LoadOptions options) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        boolean encodes = model.getParent().endsWith("encoders");
        long before = threads.getTotalThreadAllocatedBytes();
        var loaded = encodes ? ENGINE.loadEncoder(model, options) : ENGINE.load(model, options);
        long bytes = threads.getTotalThreadAllocatedBytes() - before;
        loaded.close();
        loaded.freed().join();
        return bytes;
    }

    /** Its default context is 8192 tokens; each row has 4 · 1024 numbers of the residual stream, 6144 of attention, 6144 between gate and up, and 256 cosines and sines. */
    @Test
    void qwen3EmbeddingNeedsMoreThanTheSmallestHeap() throws IOException {
        ModelConfig config = qwen3Embedding();
        LoadOptions options = LoadOptions.named("m");
        long rows = 8192L * Float.BYTES * (4 * 1024 + 6144 + 2 * 3072 + 256);
        long vectors = 128L * Float.BYTES * (2 * 1024 + 1);
        long copies = 2L * 8 * Float.BYTES * 1024;
        long needed = ModelSize.of(config, options).activationBytes(config, 2, 1);
        assertThat(needed).isEqualTo(rows + vectors + copies);
        assertThat(refusal(needed, 512))
                .isEqualTo("the model needs 522 MiB of heap for its activations, 342 MiB are free: two thirds of the"
                        + " heap of 512 MiB, 0 MiB for other models; set a larger heap (-Xmx), a smaller context"
                        + " length or a smaller prefill chunk");
        assertThat(refusal(needed, 1024)).isEmpty();
        long shorter = ModelSize.of(config, options.withContextLength(4096)).activationBytes(config, 2, 1);
        assertThat(refusal(shorter, 512)).isEmpty();
    }

    @Test
    void otherModelsActivationsCount() {
        var budget = new MemoryBudget(8L << 30, 300L << 20, 0);
        var half = new MemoryEstimate(0, 0, 0, 110L << 20);
        assertThat(budget.refusal(half, MemoryEstimate.NONE)).isEmpty();
        assertThat(budget.refusal(half, half))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("90 MiB are free").contains("110 MiB for other models"));
    }

    private static String refusal(long activations, int heap) {
        return new MemoryBudget(8L << 30, (long) heap << 20, 0)
                .refusal(new MemoryEstimate(0, 0, 0, activations), MemoryEstimate.NONE)
                .orElse("");
    }

    /** Its published configuration. */
    private ModelConfig qwen3Embedding() throws IOException {
        Files.writeString(folder.resolve("config.json"), """
            {"model_type": "qwen3", "hidden_size": 1024, "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8,
            "head_dim": 128, "intermediate_size": 3072, "max_position_embeddings": 32768, "rms_norm_eps": 1e-6, "rope_theta": 1000000,
            "tie_word_embeddings": true, "vocab_size": 151669}\
            """);
        for (String file : List.of("modules.json", "1_Pooling/config.json", "model.safetensors")) {
            Path copy = folder.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(TestModels.resource("encoders/qwen3-last").resolve(file), copy);
        }
        try (ModelFolder model = ModelFolder.open(folder)) {
            return Architectures.of(model).config();
        }
    }
}
