package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.ModelOutline.Layers;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.Roofline;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.List;
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
        List<Layers> all = List.of(new Layers(2, 0));
        var reading = new Roofline(4, 1e9, 500_000_000, 1_000_000, all, 0.25);
        assertThat(reading.stepSeconds(0)).isEqualTo(0.5);
        assertThat(reading.stepSeconds(100)).isEqualTo(0.9);
        assertThat(reading.tokensPerSecond(0)).isEqualTo(8);
        assertThat(new Roofline(4, 1e9, 100_000_000, 0, all, 0.25).stepSeconds(100))
                .isEqualTo(0.25);
    }

    /** Three of four layers see the last 20 of 100 tokens, so a step reads 40 on average. */
    @Test
    void whatAWindowHidesIsNotRead() {
        List<Layers> windows = List.of(new Layers(1, 0), new Layers(3, 20));
        var reading = new Roofline(4, 1e9, 500_000_000, 1_000_000, windows, 0.25);
        assertThat(reading.stepSeconds(100)).isEqualTo(0.66);
        assertThat(reading.stepSeconds(10.5)).isEqualTo(0.542);
    }

    /** A filter's state is read once for a sequence, not for each of its tokens. */
    @Test
    void attentionReadsNoStates() {
        Path yuan = TestModels.reference("yuan2-m32");
        LoadOptions options = LoadOptions.named("m").withContextLength(32).withKvPrecision(KvPrecision.F32);
        try (LoadedModel model = ENGINE.load(yuan, options)) {
            ModelConfig config = Architectures.config(ConfigKeys.read(yuan.resolve("config.json")));
            KvLayout layout = config.kvLayout(KvPrecision.F32);
            long keysAndValues = (long) layout.layers() * layout.kvHeads() * (layout.keyDim() + layout.valueDim());
            Roofline roofline = model.roofline(1);
            assertThat(roofline.kvBytesPerToken())
                    .isEqualTo(keysAndValues * Float.BYTES)
                    .isLessThan(layout.pageBytes() / KvPages.TOKENS);
            assertThat(roofline.layers()).containsExactly(new Layers(layout.layers(), 0));
        }
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
