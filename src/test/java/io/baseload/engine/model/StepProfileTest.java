package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.kv.PageTable;
import io.baseload.testing.TestModels;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers count the time of every operator that a model has. */
class StepProfileTest {
    @ParameterizedTest
    @CsvSource({
        "llama/model.gguf, 'attention,barriers,norms and rotary'",
        "gpt-oss-mxfp4, 'attention,barriers,linear e2m1,norms and rotary,routing'",
        "deepseek-v3, 'attention,barriers,norms and rotary,routing'",
        "yuan2-m32, 'attention,barriers,convolution,norms and rotary,routing'"
    })
    void eachOperatorIsCounted(String model, String operators) {
        try (ModelHarness harness = new ModelHarness(TestModels.reference(model), 96, 2)) {
            PageTable table = harness.sequence();
            harness.prefill(table, new int[] {1, 2, 3}, 0, 3);
            harness.decode(table, 5, 3);
            var times = harness.model.profile().times();
            assertThat(times.steps()).isEqualTo(2);
            Set<String> counted = new TreeSet<>(times.times().keySet());
            counted.removeIf(operator -> times.times().get(operator).isZero());
            assertThat(counted).contains(operators.split(",")).anyMatch(label -> label.startsWith("linear "));
        }
    }
}
