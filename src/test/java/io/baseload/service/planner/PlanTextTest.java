package io.baseload.service.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.MachineRates;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTextTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1.5, 1.5",
        "5, 5",
        "0.004, 0.004",
        "0.00012349, 0.0001235",
        "0.0000001, 1E-7",
        "12.34567, 12.35",
        "999.96, 1000",
        "12345.6, 12346",
        "20000, 20000"
    })
    void numbersHaveFourDigitsHoweverSmallTheyAre(double number, String shown) {
        assertThat(PlanText.digits(number)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "999, 999 bytes",
        "1000, 1.0 kB",
        "49151, 49.2 kB",
        "100000, 0.1 MB",
        "72000000, 72.0 MB",
        "100000000, 0.1 GB",
        "16384000000000, 16384.0 GB"
    })
    void smallAmountsAreNotZero(long bytes, String shown) {
        assertThat(PlanText.bytes(bytes)).isEqualTo(shown);
    }

    @Test
    void theModelAndTheKernelsAreNamed() {
        assertThat(PlanText.lines(CapacityPlannerTest.plan(CapacityPlannerTest.sockets(1), 1, 100)))
                .contains("kernels         int8, fast for prompts; int8, faster for answers")
                .contains("model           m, 0.002401 G parameters, keep, fast")
                .anyMatch(line -> line.startsWith("KV cache        f16, 800 bytes a token; "));
    }

    @Test
    void smallFiguresAreNotZero() {
        MachineRates slow = CapacityPlannerTest.RATES.part(1e-6);
        CapacityPlan plan = CapacityPlannerTest.plan(
                MachineProfile.of(slow, 1, 1, CapacityPlannerTest.MEMORY, CapacityPlannerTest.TIERS),
                CapacityPlannerTest.cut(1),
                new PlanRequest(1, 100, 512, 0.0004, OptionalDouble.of(1e-9)));
        assertThat(plan.decodeTokensPerSecond()).isLessThan(0.01);
        assertThat(String.join("\n", PlanText.lines(plan)))
                .contains(" with 0.0004 tokens/s each")
                .doesNotContainPattern("(?<![0-9.])0(\\.0+)? (tokens/s|for each|each|a million)");
    }
}
