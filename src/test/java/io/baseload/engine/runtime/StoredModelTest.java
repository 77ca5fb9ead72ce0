package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models in our own format, compared with their source files. */
class StoredModelTest {
    private static final int[] PROMPT = {278, 377, 266, 64, 279, 82, 310, 259, 374, 351, 13};
    private static final LoadOptions OPTIONS = LoadOptions.named("m").withKvTokens(256);

    @TempDir
    Path folder;

    private final long nativeBytesBefore = NativeMemory.liveBytes();
    private final Engine engine = Engine.open(new EngineOptions(2, false));

    @AfterEach
    void leavesNoNativeMemory() {
        engine.close();
        assertThat(NativeMemory.liveBytes()).isEqualTo(nativeBytesBefore);
    }

    @Test
    void answersAsItsSource() {
        convert(TestModels.tiny(), Quantization.KEEP);
        assertThat(answer(folder)).isEqualTo(answer(TestModels.tiny()));
    }

    @Test
    void saysWhatItIs() {
        convert(TestModels.tiny(), Quantization.KEEP);
        ModelInfo source = engine.inspect(TestModels.tiny());
        ModelInfo stored = engine.inspect(folder);
        assertThat(stored.architecture()).isEqualTo(source.architecture());
        assertThat(stored.format()).isEqualTo("gguf");
        assertThat(stored.parameters()).isEqualTo(source.parameters());
        assertThat(stored.vocabularySize()).isEqualTo(source.vocabularySize());
        assertThat(stored.tensorBytes()).containsOnlyKeys("F32");
    }

    @Test
    void takesTheMemoryThatItsWeightsTake() {
        convert(TestModels.tiny(), Quantization.KEEP);
        MemoryEstimate estimate = engine.estimate(folder, OPTIONS);
        try (LoadedModel model = engine.load(folder, OPTIONS)) {
            assertThat(model.load().memory()).isEqualTo(estimate);
            assertThat(NativeMemory.liveBytes() - nativeBytesBefore).isEqualTo(estimate.total());
        }
    }

    @Test
    void quantizesTheLinearLayersOnly() {
        Conversion done = engine.convert(TestModels.tiny(), folder, Optional.empty(), ByteProgress.NONE);
        assertThat(done).isEqualTo(new Conversion(Quantization.Q4, List.of()));
        long linear = 3L * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 64 * 128);
        ModelInfo info = engine.inspect(folder);
        assertThat(info.tensorBytes()).containsOnlyKeys("F32", "U4 in blocks of 32, LINEAR8_MINIMUM");
        assertThat(info.tensorBytes().get("U4 in blocks of 32, LINEAR8_MINIMUM"))
                .isBetween(linear / 2 + linear / 16, linear / 2 + linear / 4);
        assertThat(answer(folder)).hasSize(40);
    }

    @ParameterizedTest
    @CsvSource({
        "KEEP, F32",
        "F32, F32",
        "BF16, BF16",
        "Q8, 'I8 in blocks of 32, F16'",
        "Q4, 'U4 in blocks of 32, LINEAR8_MINIMUM'",
        "NF4, 'NF4 in blocks of 64, F32'",
        "NF4_DQ, 'NF4 in blocks of 64, LINEAR8'",
        "NF4_FP8, 'NF4 in blocks of 64, FLOAT8'",
        "FP4, 'FP4 in blocks of 64, F32'"
    })
    void writesEveryKind(Quantization kind, String encoding) {
        convert(TestModels.tiny(), kind);
        assertThat(engine.inspect(folder).tensorBytes()).containsKey(encoding);
        assertThat(answer(folder)).hasSize(40);
    }

    @Test
    void keepsWhatIsQuantized() {
        Conversion done = engine.convert(TestModels.smolLm2(), folder, Optional.empty(), ByteProgress.NONE);
        assertThat(done).isEqualTo(new Conversion(Quantization.KEEP, List.of()));
    }

    @Test
    void warnsWhoQuantizesAgain() {
        Path source = TestModels.reference("gpt-oss-mxfp4").resolve("model.gguf");
        Conversion done = engine.convert(source, folder, Optional.of(Quantization.NF4), ByteProgress.NONE);
        assertThat(done.warnings()).singleElement().asString().contains("already quantized", "keep");
    }

    @Test
    void hasOneWeightInMemoryAtATime() {
        AtomicLong most = new AtomicLong();
        engine.convert(TestModels.smolLm2(), folder, Optional.empty(), (done, total) -> {
            most.accumulateAndGet(NativeMemory.liveBytes() - nativeBytesBefore, Math::max);
            return true;
        });
        long embedding = 49_152L * 576 / 32 * 34;
        assertThat(most).hasValue(embedding);
    }

    @Test
    void isNotImportedAgain() throws IOException {
        convert(TestModels.tiny(), Quantization.KEEP);
        Path second = Files.createDirectory(folder.resolve("second"));
        assertThatThrownBy(() -> engine.convert(folder, second, Optional.empty(), ByteProgress.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("is already imported");
    }

    private void convert(Path source, Quantization quantization) {
        engine.convert(source, folder, Optional.of(quantization), ByteProgress.NONE);
    }

    private List<Integer> answer(Path path) {
        try (LoadedModel model = engine.load(path, OPTIONS)) {
            CollectingSink sink = new CollectingSink();
            model.generate(GenerationRequest.greedy(PROMPT, 40), sink);
            sink.await();
            return sink.ids();
        }
    }
}
