package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.schedule.ModelTurns.Turn;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that rotates keys otherwise from a sequence's 33rd token on. */
class OutgrownTest {
    private static final BatcherLimits LIMITS = new BatcherLimits(128, 4, 100, 128, false);

    /** As many as the three sequences hold just before two of them outgrow their keys. */
    private static final int PAGES = 6;

    @TempDir
    Path work;

    private final NativeMemory memory = new NativeMemory();
    private final Team team = new Team(2, false);

    @AfterEach
    void close() {
        team.close();
        memory.close();
    }

    private BatcherHarness harness() throws IOException {
        return new BatcherHarness(
                memory,
                team,
                LIMITS,
                PAGES,
                Reference.open("phi3-longrope", work).model());
    }

    private void run(BatcherHarness harness) {
        while (harness.turn() == Turn.WORKED) {}
    }

    private static CollectingSink submit(BatcherHarness harness, GenerationRequest request) {
        var sink = new CollectingSink();
        harness.batcher().submit(request, sink);
        return sink;
    }

    private List<SampledToken> alone(GenerationRequest request) throws IOException {
        BatcherHarness harness = harness();
        CollectingSink sink = submit(harness, request);
        run(harness);
        return sink.tokens();
    }

    private static GenerationRequest request(int prompt, int maxTokens, long seed, Urgency urgency) {
        return new GenerationRequest(
                IntStream.range(0, prompt).map(i -> i * 5 % 384).toArray(),
                maxTokens,
                new SamplingOptions(1f, 0.95f, 50, 0f, 0f, 0f, OptionalLong.of(seed), Map.of()),
                Set.of(),
                2,
                false,
                Optional.empty(),
                Lease.unlimited(),
                new FlowId("tenant", 1, urgency),
                CacheScope.PRIVATE);
    }

    /** The first one of the two takes the pages of a batch answer that is older than both. */
    @Test
    void twoThatOutgrowTheirKeysInTheSameStepBothBeginAgain() throws IOException {
        GenerationRequest batch = request(90, 38, 1, Urgency.BATCH);
        GenerationRequest one = request(16, 30, 2, Urgency.INTERACTIVE);
        GenerationRequest two = request(16, 30, 3, Urgency.INTERACTIVE);
        BatcherHarness harness = harness();
        CollectingSink old = submit(harness, batch);
        harness.turn();
        List<CollectingSink> young = List.of(submit(harness, one), submit(harness, two));
        run(harness);
        assertThat(harness.batcher().preemptions()).isPositive();
        assertThat(young.get(0).tokens()).isEqualTo(alone(one));
        assertThat(young.get(1).tokens()).isEqualTo(alone(two));
        assertThat(old.tokens()).isEqualTo(alone(batch));
        assertThat(harness.cache().usedPages()).isZero();
    }
}
