package io.baseload.service.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Matrices;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The article's figures, and what the engine itself says of such models. */
class ArticleFiguresTest {
    private static final Engine ENGINE = Engine.open(new EngineOptions(1, false));
    private static final Planner PLANNER = new Planner(ENGINE, MemoryBudget.ofThisProcess(0));

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    private static ModelOutline outline(String shape, Quantization format) {
        return PLANNER.outline(configuration(NamedShapes.config(shape)), options(format));
    }

    private static PlanSource configuration(String json) {
        return new PlanSource.Configuration(json);
    }

    private static Planner.Options options(Quantization format) {
        return new Planner.Options(format, KvPrecision.F16, Precision.FAST);
    }

    private static CapacityPlan plan(String shape, Quantization format, String machine) {
        ModelOutline outline = outline(shape, format);
        MachineProfile described = MachineProfile.described(machine, outline.group(), options(format));
        PlanSource source = configuration(NamedShapes.config(shape));
        return CapacityPlanner.plan(
                shape,
                options(format),
                outline,
                PLANNER.shards(source, options(format), described.sockets()),
                PLANNER.memory(source, options(format), described.sockets(), described),
                described,
                new PlanRequest(1, 128, 128, 1, OptionalDouble.empty()));
    }

    @Test
    void weightsAndScales() {
        assertThat(ArticleFigures.weightBytes(102e9, 16)).isEqualTo(204e9);
        assertThat(ArticleFigures.nf4Bytes(102e9) / 204e9).isEqualTo(0.258, within(0.0005));
        assertThat(ArticleFigures.scaleBytes(100e9)).isEqualTo(6.25e9);
        assertThat(ArticleFigures.doubleScaleBytes(100e9)).isEqualTo(1.587e9, within(0.0005e9));
        assertThat(Math.round(ArticleFigures.nf4Bytes(102e9) / 1e9)).isEqualTo(53);
    }

    @Test
    void bandwidthAndWhatFollowsFromIt() {
        assertThat(MachineProfile.theoretical(4, 8, 4800)).isEqualTo(1228.8e9);
        assertThat(995e9 / 1228.8e9).isEqualTo(MachineProfile.READ_FACTOR, within(0.0005));
        assertThat(MachineProfile.described("nf8260g7", 1, options(Quantization.KEEP))
                        .rates()
                        .readBytesPerSecond())
                .isEqualTo(995e9, within(0.5e9));
        assertThat(ArticleFigures.tokensPerSecond(995e9, 53e9)).isEqualTo(18.8, within(0.05));
        assertThat(ArticleFigures.bytesPerSecondFor(ArticleFigures.weightBytes(1e12, 16), 0.1))
                .isEqualTo(20e12, within(1.0));
        assertThat(ArticleFigures.bytesPerSecondFor(ArticleFigures.weightBytes(1e12, 4), 0.1))
                .isEqualTo(5e12, within(1.0));
        assertThat(ArticleFigures.weightBytes(1e12, 16)).isEqualTo(2e12).isLessThan(16e12);
    }

    /** Both are said, and that one of them is only planned. */
    @Test
    void figuresOfTheArticleStandBesideTheArithmetic() {
        var figures = ArticleFigures.of(PLANNER);
        assertThat(figures)
                .anySatisfy(figure -> {
                    assertThat(figure.article()).isEqualTo("at least 2 TB/s");
                    assertThat(figure.arithmetic()).isEqualTo("20 TB/s");
                    assertThat(figure.why()).endsWith("5 TB/s");
                })
                .anySatisfy(figure -> {
                    assertThat(figure.article()).isEqualTo("995 GB/s");
                    assertThat(figure.arithmetic()).isEqualTo("0.81 of it");
                })
                .anySatisfy(figure -> {
                    assertThat(figure.article()).isEqualTo("423 GB/s");
                    assertThat(figure.arithmetic()).isEqualTo("0.34 of it");
                })
                .anySatisfy(figure -> {
                    assertThat(figure.article()).isEqualTo("4 times");
                    assertThat(figure.arithmetic()).isEqualTo("3.91 times");
                })
                .anySatisfy(figure ->
                        assertThat(figure.why()).contains("no machine with several sockets has been measured"));
    }

    /** Each of them, in the same words. */
    @Test
    void thePageHasTheFigures() throws IOException {
        String rows = ArticleFigures.of(PLANNER).stream()
                .map(figure -> String.format(
                        "| %s | %s | %s | %s |%n", figure.what(), figure.article(), figure.arithmetic(), figure.why()))
                .collect(Collectors.joining());
        assertThat(Files.readString(Path.of("docs/planner.md"))).contains("|---|---|---|---|\n" + rows + "\n");
    }

    /** Weights in matrices, by hand from the sizes of a layer. */
    @ParameterizedTest
    @CsvSource({
        "yuan2.0-2b, 2088501248", // 24 · (4·2048² + 2·2·2048·1024 + 3·2048·8192) + 135040·2048
        "yuan2.0-51b, 51840548864", // 42 · (4·8192² + 2·2·8192·4096 + 3·8192·32768) + 135040·8192
        "yuan2.0-102b, 102574850048", // the same, 84 layers
        "llama-70b, 70552387584" // 80 · (2·8192² + 2·8192·1024 + 3·8192·28672) + 2·128256·8192
    })
    void namedShapesHaveTheirParameters(String shape, long weights) {
        assertThat(outline(shape, Quantization.KEEP).matrices().stream()
                        .mapToLong(Matrices::weights)
                        .sum())
                .isEqualTo(weights);
    }

    @Test
    void mixturesHaveTheirParameters() {
        assertThat(outline("yuan2.0-m32", Quantization.KEEP).parameters() / 1e9).isEqualTo(40, within(0.5));
        ModelOutline deepSeek = outline("deepseek-v3", Quantization.KEEP);
        assertThat(deepSeek.parameters() / 1e9).isEqualTo(671, within(0.5));
        assertThat(deepSeek.kvBytesPerToken()).isEqualTo(2 * 61 * 576);
        assertThat(deepSeek.barriers()).isEqualTo(2 + 61 * (1 + 2 + 5) + 3 + 58 * 6);
    }

    /** Sizes are those of the engine's packing: 4 bits, a byte for 64, and 8 bytes for 256 of these. */
    @Test
    void doubleQuantizedWeightsHaveTheirBits() {
        Matrices packed = outline("yuan2.0-102b", Quantization.NF4_DQ).matrices().stream()
                .filter(some -> some.codes().equals("nf4"))
                .findFirst()
                .orElseThrow();
        assertThat(8.0 * packed.bytes() / packed.weights()).isEqualTo(4 + 8.0 / 64 + 64.0 / 64 / 256);
    }

    @Test
    void fourSocketsAreLessThanFourTimesOne() {
        CapacityPlan plan = plan("yuan2.0-102b", Quantization.NF4_DQ, "nf8260g7");
        assertThat(plan.decodeTokensPerSecond() / plan.oneSocketTokensPerSecond())
                .isEqualTo(3.91, within(0.005));
        assertThat(plan.standing()).contains("planned");
        assertThat(plan.fits()).isTrue();
        assertThat(plan("yuan2.0-102b", Quantization.BF16, "cores=32,channels=8,mts=4800,memory_gb=128")
                        .fits())
                .isFalse();
    }

    /** What a load takes: the plan knows it from the header. */
    @ParameterizedTest
    @CsvSource({"KEEP", "Q8", "NF4_DQ"})
    void weightsAreThoseOfALoad(Quantization format) {
        var options = new Planner.Options(format, KvPrecision.F32, Precision.FAST);
        ModelOutline outline = PLANNER.outline(new PlanSource.Files(TestModels.tiny()), options);
        long loaded = ENGINE.estimate(TestModels.tiny(), LoadOptions.named("m").withQuantization(format))
                .weights();
        assertThat(outline.weightBytes() - outline.vectorBytes()).isEqualTo(loaded);
    }

    @Test
    void thisMachineIsMeasured() {
        var options = new Planner.Options(Quantization.Q4, KvPrecision.F32, Precision.FAST);
        PlanSource model =
                configuration(NamedShapes.config("layers=2,hidden=256,heads=4,feed_forward=512,vocabulary=512"));
        ModelOutline outline = PLANNER.outline(model, options);
        MachineProfile machine = PLANNER.machine("this", outline, options);
        assertThat(machine.sockets()).isEqualTo(ENGINE.nodes());
        assertThat(machine.rates().kernels()).containsOnlyKeys("bf16", "u4");
        assertThat(machine.rates().readBytesPerSecond()).isPositive();
        CapacityPlan plan = CapacityPlanner.plan(
                "m",
                options,
                outline,
                PLANNER.shards(model, options, 1),
                PLANNER.memory(model, options, 1, machine),
                machine,
                new PlanRequest(1, 64, 64, 1, OptionalDouble.empty()));
        assertThat(plan.decodeTokensPerSecond()).isPositive();
        assertThat(plan.prefillTokensPerSecond()).isPositive();
        assertThat(plan.standing()).isEqualTo("estimates for the present program");
    }
}
