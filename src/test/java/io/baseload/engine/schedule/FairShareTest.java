package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.schedule.ModelTurns.Turn;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.CollectingSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The shares of flows that always have requests, as tokens after a number of steps. */
class FairShareTest {
    private static final int PLACES = 4;
    private static final int CONTEXT = 192;
    private static final BatcherLimits LIMITS = new BatcherLimits(CONTEXT, PLACES, 20, 64, false);
    private static final int PAGES = 64;

    private final NativeMemory memory = new NativeMemory();
    private final Team team = new Team(2, false);
    private final BatcherHarness harness = new BatcherHarness(memory, team, LIMITS, PAGES);

    @AfterEach
    void close() {
        team.close();
        memory.close();
    }

    /** A flow whose clients ask again as soon as they are answered. */
    private final class Crowd {
        private final FlowId flow;
        private final int promptLength;
        private final int maxTokens;
        private final List<CollectingSink> running = new ArrayList<>();
        private long ended;

        Crowd(FlowId flow, int clients, int promptLength, int maxTokens) {
            this.flow = flow;
            this.promptLength = promptLength;
            this.maxTokens = maxTokens;
            IntStream.range(0, clients).forEach(client -> running.add(submit(flow, promptLength, maxTokens)));
        }

        void askAgain() {
            for (int i = 0; i < running.size(); i++) {
                if (running.get(i).ended()) {
                    ended += promptLength + running.get(i).tokens().size();
                    running.set(i, submit(flow, promptLength, maxTokens));
                }
            }
        }

        /** Rows that were computed, but for those of prompts that are not answered yet. */
        long rows() {
            return ended
                    + running.stream()
                            .mapToLong(sink -> sink.tokens().isEmpty()
                                    ? 0
                                    : promptLength + sink.tokens().size())
                            .sum();
        }
    }

    private CollectingSink submit(FlowId flow, int promptLength, int maxTokens) {
        CollectingSink sink = new CollectingSink();
        int[] prompt = IntStream.range(0, promptLength).map(i -> (i * 7) % 384).toArray();
        var request = new GenerationRequest(
                prompt,
                maxTokens,
                SamplingOptions.greedy(),
                Set.of(),
                -1,
                false,
                Optional.empty(),
                Lease.unlimited(),
                flow,
                CacheScope.PRIVATE);
        harness.batcher().submit(request, sink);
        return sink;
    }

    private static FlowId flow(int weight) {
        return new FlowId("of weight " + weight, weight, Urgency.INTERACTIVE);
    }

    private void run(int turns, Crowd... crowds) {
        for (int turn = 0; turn < turns; turn++) {
            assertThat(harness.turn()).isEqualTo(Turn.WORKED);
            for (Crowd crowd : crowds) {
                crowd.askAgain();
            }
        }
    }

    /** Jain's index of the tokens of each flow per weight: 1 if all are equal, 1/n if one flow got all. */
    private static double fairness(Crowd... crowds) {
        double sum = 0;
        double squares = 0;
        Map<Integer, Long> rows = new TreeMap<>();
        for (Crowd crowd : crowds) {
            double share = (double) crowd.rows() / crowd.flow.weight();
            rows.put(crowd.flow.weight(), crowd.rows());
            sum += share;
            squares += share * share;
        }
        double index = sum * sum / (crowds.length * squares);
        assertThat(index).as("fairness of %s", rows).isPositive();
        return index;
    }

    @Test
    void flowsThatCrowdTheStepsGetRowsByWeight() {
        Crowd[] crowds = {new Crowd(flow(1), 6, 11, 20), new Crowd(flow(2), 6, 11, 20), new Crowd(flow(5), 6, 11, 20)};
        run(1200, crowds);
        assertThat(fairness(crowds)).isGreaterThan(0.98);
    }

    @Test
    void alsoAThousandToOneAndWhileLongAnswersRun() {
        Crowd light = new Crowd(flow(1), 8, 11, 170);
        run(40, light);
        long before = light.rows();
        Crowd heavy = new Crowd(flow(1000), 8, 11, 170);
        run(500, light, heavy);
        assertThat(heavy.rows()).isGreaterThan(1500);
        assertThat(light.rows() - before).isBetween(0L, 8L);
    }

    @Test
    void aCrowdOfRequestsBringsNoMoreThanAFew() {
        Crowd many = new Crowd(new FlowId("many"), 16, 11, 60);
        run(30, many);
        long before = many.rows();
        Crowd few = new Crowd(new FlowId("few"), 2, 11, 60);
        run(600, many, few);
        assertThat((double) few.rows() / (many.rows() - before)).isBetween(0.9, 1.1);
    }

    @Test
    void whereAllFitIntoTheStepWeightsAreSpeeds() {
        Crowd[] crowds = {new Crowd(flow(1), 2, 11, 100), new Crowd(flow(4), 2, 11, 100)};
        run(800, crowds);
        assertThat(fairness(crowds)).isGreaterThan(0.98);
    }

    @Test
    void equalWeightsThatFitDelayNobody() {
        Crowd three = new Crowd(new FlowId("three"), 3, 11, 150);
        Crowd one = new Crowd(new FlowId("one"), 1, 11, 150);
        run(101, three, one);
        assertThat(one.rows()).isEqualTo(11 + 101);
        assertThat(three.rows()).isEqualTo(3 * (11 + 101));
    }

    @Test
    void aLightFlowThatIsAloneGoesAtFullSpeed() {
        Crowd light = new Crowd(flow(1), 1, 11, 100);
        submit(flow(1000), 11, 10);
        run(12, light);
        long before = light.rows();
        run(50, light);
        assertThat(light.rows() - before).isEqualTo(50);
    }

    @Test
    void promptsGetRowsByWeight() {
        Crowd[] crowds = {new Crowd(flow(1), 4, 100, 1), new Crowd(flow(3), 4, 100, 1)};
        run(600, crowds);
        assertThat(fairness(crowds)).isGreaterThan(0.98);
    }

    @Test
    void batchRequestsTakeWhatInteractiveOnesLeave() {
        Crowd batch = new Crowd(new FlowId("night", 1000, Urgency.BATCH), 8, 11, 100);
        run(20, batch);
        long before = batch.rows();
        Crowd busy = new Crowd(new FlowId("day"), PLACES, 11, 100);
        run(200, batch, busy);
        assertThat(busy.rows()).isGreaterThanOrEqualTo(PLACES * 190);
        assertThat(batch.rows() - before).isLessThan(PLACES * 20);
        busy.running.subList(1, PLACES).clear();
        before = batch.rows();
        run(200, batch, busy);
        assertThat(batch.rows() - before).isGreaterThan((PLACES - 1) * 150);
    }

    @Test
    void aTenantThatFillsItsQueueLeavesRoomForOthers() {
        FlowId noisy = new FlowId("noisy");
        for (int i = 0; i < LIMITS.maxSequences() + LIMITS.maxQueued(); i++) {
            submit(noisy, 5, 1);
        }
        assertThatThrownBy(() -> submit(noisy, 5, 1)).isInstanceOf(OverloadedException.class);
        CollectingSink other = submit(new FlowId("other"), 5, 1);
        while (!other.ended()) {
            harness.turn();
        }
        assertThat(other.tokens()).hasSize(1);
    }
}
