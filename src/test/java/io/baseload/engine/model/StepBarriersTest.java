package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.parallel.Team;
import io.baseload.testing.TestModels;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The number of barriers that plans count with is that of a decode step, for each kind of layer and place of a norm. */
class StepBarriersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"llama/model.gguf", "tiny-mixtral", "deepseek-v2", "deepseek-v3", "tiny-yuan2", "yuan2-m32"})
    void eachIsCounted(String model) {
        try (ModelHarness harness = harness(model)) {
            ModelConfig config = ((Decoder) harness.model).config();
            int spans = config.layers().size(); // only where several workers share a long row
            assertThat(met(harness)).isEqualTo(StepBarriers.count(config) - spans);
        }
    }

    /** Those of a layer, as docs/shards.md says; two more are after the embedding and before the logits. */
    @ParameterizedTest
    @CsvSource({"llama/model.gguf, 6", "tiny-yuan2, 10", "yuan2-m32, 14"})
    void aLayerHasAFixedNumber(String model, int each) {
        try (ModelHarness harness = harness(model)) {
            assertThat(met(harness))
                    .isEqualTo(2
                            + each * ((Decoder) harness.model).config().layers().size());
        }
    }

    private static ModelHarness harness(String model) {
        return new ModelHarness(TestModels.reference(model), 96, 2);
    }

    /** Barriers in a decode step. */
    private static long met(ModelHarness harness) {
        try (Team team = new Team(1, false)) {
            PageTable table = harness.sequence();
            harness.prefill(table, new int[] {1, 2, 3}, 0, 3);
            harness.decode(table, 5, 3);
            var met = new AtomicLong();
            Decoder decoder = (Decoder) harness.model;
            team.run((worker, workers, barrier) -> {
                long before = barrier.meetings();
                decoder.run(worker, workers, barrier);
                met.set(barrier.meetings() - before);
            });
            return met.get();
        }
    }
}
