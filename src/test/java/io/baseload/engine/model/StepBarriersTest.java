package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.kv.PageTable;
import io.baseload.engine.parallel.Team;
import io.baseload.testing.TestModels;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The number of barriers that plans count with is that of a decode step, for each kind of layer and place of a norm. */
class StepBarriersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"llama/model.gguf", "tiny-mixtral", "deepseek-v2", "deepseek-v3", "tiny-yuan2", "yuan2-m32"})
    void eachIsCounted(String model) {
        try (ModelBench bench = new ModelBench(TestModels.reference(model), 96, 2);
                Team team = new Team(1, false)) {
            PageTable table = bench.sequence();
            bench.prefill(table, new int[] {1, 2, 3}, 0, 3);
            bench.decode(table, 5, 3);
            var met = new AtomicLong();
            Decoder decoder = (Decoder) bench.model;
            team.run((worker, workers, barrier) -> {
                long before = barrier.meetings();
                decoder.run(worker, workers, barrier);
                met.set(barrier.meetings() - before);
            });
            int spans = decoder.config().layers().size(); // only where several workers share a long row
            assertThat(met).hasValue(StepBarriers.count(decoder.config()) - spans);
        }
    }
}
