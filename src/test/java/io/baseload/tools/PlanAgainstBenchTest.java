package io.baseload.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.store.AliasedModel;
import io.baseload.service.planner.CapacityPlan;
import io.baseload.service.planner.CapacityPlanner;
import io.baseload.service.planner.MachineProfile;
import io.baseload.service.planner.NamedShapes;
import io.baseload.service.planner.PlanRequest;
import io.baseload.service.planner.PlanSource;
import io.baseload.service.planner.Planner;
import io.baseload.tools.PlanAgainstBench.Comparison;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A plan counts the same bytes as the model that then runs; how fast it runs is no test's business. */
class PlanAgainstBenchTest {
    private static final int PROMPT = 8;
    private static final int DECODE = 4;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "layers=8,hidden=128,heads=4,kv_heads=2,feed_forward=256,vocabulary=512,experts=4,chosen=2; NF4_DQ; 1",
                "layers=8,hidden=128,heads=4,feed_forward=256,vocabulary=512,family=yuan; Q8; 2"
            })
    void theBytesOfAPlanAreThoseOfTheRun(String shape, Quantization kind, String shards) throws IOException {
        Comparison both = PlanAgainstBench.of(
                        shape, kind, folder, 1, PROMPT, DECODE, "--threads", "2", "--shards", shards)
                .getFirst();
        JsonNode plan = both.plan();
        JsonNode roofline = both.bench().get("roofline");
        long kv = roofline.get("kvBytesPerToken").asLong();
        assertThat(kv).isPositive();
        assertThat(plan.get("step_read_bytes").asLong())
                .isEqualTo(roofline.get("weightBytes").asLong() + (PROMPT + DECODE / 2) * kv);
        assertThat(plan.at("/shards/count").asString()).isEqualTo(shards);
        assertThat(both.bench().at("/decodeTps/max").asDouble()).isPositive();
    }

    /** One shard in each of some sockets; one of them has two of three heads. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "layers=2,hidden=192,heads=6,kv_heads=3,feed_forward=256,vocabulary=512; NF4_DQ; 1",
                "layers=2,hidden=192,heads=6,kv_heads=3,feed_forward=256,vocabulary=512; Q8; 2",
                "layers=2,hidden=128,heads=4,kv_heads=2,feed_forward=256,vocabulary=512,experts=4,chosen=2; Q4; 1",
                "layers=2,hidden=128,heads=4,feed_forward=256,vocabulary=512,family=yuan; Q8; 2"
            })
    void theMemoryOfAPlanIsThatOfTheLoad(String shape, Quantization kind, int shards) throws IOException {
        Path model = folder.resolve("model");
        AliasedModel.write(NamedShapes.config(shape), kind, model, Integer.MAX_VALUE, Integer.MAX_VALUE);
        LoadOptions load = LoadOptions.named("m")
                .withKvPrecision(KvPrecision.F16)
                .withMaxSequences(3)
                .withContextLength(50)
                .withKvTokens(3 * 50)
                .withWarmUp(false);
        try (Engine engine = Engine.open(new EngineOptions(2, false, shards, List.of()));
                LoadedModel loaded = engine.load(model, load)) {
            MemoryEstimate taken = loaded.load().memory();
            var planner = new Planner(engine, MemoryBudget.ofThisProcess(0));
            var source = new PlanSource.Files(model);
            var options = new Planner.Options(Quantization.KEEP, KvPrecision.F16, Precision.FAST);
            ModelOutline outline = planner.outline(source, options);
            String described = "sockets=" + shards + ",cores=" + 2 / shards + ",channels=8,mts=4800,memory_gb=8";
            MachineProfile machine = MachineProfile.described(described, outline.group(), options);
            CapacityPlan plan = CapacityPlanner.plan(
                    "m",
                    options,
                    outline,
                    planner.shards(source, options, shards),
                    planner.memory(source, options, shards, machine),
                    machine,
                    new PlanRequest(3, 50, 50, 1, OptionalDouble.empty()));
            assertThat(plan.kvBytes()).isEqualTo(taken.kvCache());
            assertThat(plan.workingBytes()).isEqualTo(taken.scratch() + taken.activations());
            long weights = plan.perSocket().stream()
                    .mapToLong(CapacityPlan.Socket::weightsBytes)
                    .sum();
            // norms are in a stored model's file, and on the heap if it is cut
            long norms = shards == 1 ? 0 : shards * outline.vectorBytes();
            assertThat(weights - norms).isEqualTo(taken.weights());
        }
    }

    @Test
    void aRatioFarFromOneFails() {
        assertThat(List.of(0.79, 1.26, Double.NaN)).noneMatch(PlanAgainstBench::agrees);
        assertThat(List.of(0.8, 1.0, 1.25)).allMatch(PlanAgainstBench::agrees);
        assertThat(PlanAgainstBench.USAGE).contains("exits with 1").contains("0.80 to 1.25");
    }
}
