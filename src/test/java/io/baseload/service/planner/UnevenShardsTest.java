package io.baseload.service.planner;

import static io.baseload.service.planner.CapacityPlannerTest.RATES;
import static io.baseload.service.planner.CapacityPlannerTest.cut;
import static io.baseload.service.planner.CapacityPlannerTest.measured;
import static io.baseload.service.planner.CapacityPlannerTest.plan;
import static io.baseload.service.planner.CapacityPlannerTest.sockets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.baseload.engine.api.ShardOutline;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Plans of shards that aren't equal: all wait for the largest. Sizes are those of {@link CapacityPlannerTest}. */
class UnevenShardsTest {
    private static final Offset<Double> EXACT = within(1e-12);

    @Test
    void theLargestShardDecides() {
        CapacityPlan plan = plan(sockets(2), cut(2_655_000L, 2_212_500L), 1, 100); // 1.2 of the half, and the half
        StepTime equal = plan(sockets(2), 1, 100).step();
        assertThat(plan.step().readWeights()).isEqualTo(1.2 * equal.readWeights(), EXACT);
        assertThat(plan.step().multiply()).isEqualTo(1.2 * equal.multiply(), EXACT);
        assertThat(plan.step().readKv()).isEqualTo(equal.readKv(), EXACT);
        assertThat(plan.stepReadBytes()).isEqualTo(1_200_000 + 1_000_000 + (255_000 + 212_500) / 4 + 80_000);
        assertThat(plan.perSocket())
                .extracting(CapacityPlan.Socket::weightsBytes)
                .containsExactly(2_659_000L, 2_216_500L);
        assertThat(plan.shards().bytes()).containsExactly(2_655_000L, 2_212_500L);
        assertThat(plan.shards().collectivesPerToken()).isEqualTo(2);
        assertThat(plan.shards().replicated()).containsExactly("router");
    }

    /** Less than a tenth of all weights, but almost a fifth of those that a step reads, because it reads only some of the experts. */
    @Test
    void whatEachShardHasCountsAsAPartOfWhatAStepReads() {
        ShardOutline replicated = cut(
                List.of(2_412_500L, 2_412_500L),
                List.of(1_200_000L, 1_200_000L),
                List.of(212_500L, 212_500L),
                List.of(400L, 400L),
                List.of(1, 1));
        for (MachineProfile machine : List.of(sockets(2), measured(RATES))) {
            CapacityPlan plan = plan(machine, replicated, 1, 100);
            assertThat(plan.step().readWeights()).isEqualTo((2_400_000 + 425_000 / 4.0) / 1e9, EXACT);
            assertThat(plan.step().multiply()).isEqualTo((1.2 * 1_000_000 + 100_000) / 1e9, EXACT);
            assertThat(plan.stepReadBytes()).isEqualTo(2_400_000 + 425_000 / 4 + 80_000);
        }
    }

    /** Both query heads of the first shard attend while the second has none. */
    @Test
    void theShardWithMoreQueryHeadsDecides() {
        ShardOutline uneven = cut(List.of(2_212_500L, 2_212_500L), List.of(800L, 0L), List.of(2, 0));
        CapacityPlan plan = plan(sockets(2), uneven, 1, 100);
        StepTime equal = plan(sockets(2), 1, 100).step();
        assertThat(plan.step().attend()).isEqualTo(2 * equal.attend(), EXACT);
        assertThat(plan.step().readKv()).isEqualTo(2 * equal.readKv(), EXACT);
        assertThat(plan.prefillTokensPerSecond())
                .isLessThan(plan(sockets(2), 1, 100).prefillTokensPerSecond());
    }

    /** One of three KV heads is with the first socket, and two are with the second, for which all wait. */
    @Test
    void theSocketWithMoreHeadsDecides() {
        ShardOutline uneven = cut(List.of(2_212_500L, 2_212_500L), List.of(200L, 600L));
        for (MachineProfile machine : List.of(sockets(2), measured(RATES))) {
            CapacityPlan plan = plan(machine, uneven, 2, 100);
            assertThat(plan.kvBytes()).isEqualTo(2 * 80_000);
            assertThat(plan.step().readKv()).isEqualTo(2 * 2 * 60_000 / 1e9, EXACT);
            assertThat(plan.stepReadBytes()).isEqualTo(2_000_000 + 185_938 + 2 * 80_000);
        }
        assertThat(plan(sockets(2), uneven, 2, 100).perSocket())
                .satisfiesExactly(
                        first -> {
                            assertThat(first.kvBytes()).isEqualTo(2 * 20_000);
                            assertThat(first.workingBytes()).isEqualTo(1000 + 2 * 100);
                        },
                        second -> assertThat(second.kvBytes()).isEqualTo(2 * 60_000));
        // as four equal parts, each has a head
        assertThat(plan(sockets(4), uneven, 2, 100).perSocket())
                .extracting(CapacityPlan.Socket::kvBytes)
                .containsOnly(2 * 40_000L);
    }
}
