package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.Roofline;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits of decode, and weights that are converted when a model is loaded. */
class RooflineTest {
    private static final Engine ENGINE = Engine.open(new EngineOptions(2, false));

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    private static LoadedModel load(Path path, Quantization quantization) {
        return ENGINE.load(path, LoadOptions.named("m").withContextLength(32).withQuantization(quantization));
    }

    @Test
    void aStepTakesAsLongAsTheSlowerOfReadingAndMultiplying() {
        var reading = new Roofline(4, 1e9, 500_000_000, 1_000_000, 0.25);
        assertThat(reading.stepSeconds(0)).isEqualTo(0.5);
        assertThat(reading.stepSeconds(100)).isEqualTo(0.9);
        assertThat(reading.tokensPerSecond(0)).isEqualTo(8);
        assertThat(new Roofline(4, 1e9, 100_000_000, 0, 0.25).stepSeconds(100)).isEqualTo(0.25);
    }

    @Test
    void aStepReadsAllWeightsButTheEmbedding() {
        try (LoadedModel model = load(TestModels.tiny(), Quantization.KEEP)) {
            Roofline roofline = model.roofline(1);
            assertThat(roofline.bytesPerSecond()).isPositive();
            assertThat(roofline.multiplySeconds()).isPositive();
            assertThat(roofline.weightBytes())
                    .isPositive()
                    .isLessThanOrEqualTo(model.load().memory().weights());
        }
    }

    @Test
    void ofExpertsAStepReadsThoseThatAreChosen() {
        try (LoadedModel model = load(TestModels.reference("tiny-mixtral"), Quantization.KEEP)) {
            long one = model.roofline(1).weightBytes();
            long many = model.roofline(64).weightBytes();
            assertThat(one).isLessThan(many);
            assertThat(many).isLessThanOrEqualTo(model.load().memory().weights());
        }
    }

    @Test
    void weightsMayBecomeSomethingElseWhenTheyAreLoaded() {
        LoadOptions options = LoadOptions.named("m").withContextLength(32);
        long kept = ENGINE.estimate(TestModels.tiny(), options.withQuantization(Quantization.F32))
                .weights();
        long smaller = ENGINE.estimate(TestModels.tiny(), options.withQuantization(Quantization.Q8))
                .weights();
        assertThat(smaller).isLessThan(kept);
        try (LoadedModel model = load(TestModels.tiny(), Quantization.Q8)) {
            assertThat(model.load().memory().weights()).isEqualTo(smaller);
        }
    }

    @Test
    void keepsTheQuantizationOfAnImportedModel(@TempDir Path folder) {
        ENGINE.convert(TestModels.tiny(), folder, Optional.of(Quantization.Q8), (done, total) -> true);
        assertThatThrownBy(() -> load(folder, Quantization.NF4))
                .isInstanceOf(UnfitOptionsException.class)
                .hasMessageContaining("quantization must be keep");
        load(folder, Quantization.KEEP).close();
    }
}
