package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The choice and the delivery of a token allocate little beside what its sink gets. Altogether it is less than a quarter of a row of logits. */
@Tag("kernel")
class TurnAllocationTest {
    private static final int SEQUENCES = 8;
    private static final int TOKENS = 180;
    private static final int MAX_ROUNDS = 200;
    private static final long PAUSE_NANOS = 20_000_000;
    private static final BatcherLimits LIMITS = new BatcherLimits(192, SEQUENCES, 100, 64, false);

    private record Ignored() implements TokenSink {
        @Override
        public boolean token(SampledToken token) {
            return true;
        }

        @Override
        public void finished(FinishReason reason, Usage usage) {}

        @Override
        public void failed(Throwable cause, Usage usage) {
            throw new IllegalStateException(cause);
        }
    }

    static Stream<SamplingOptions> options() {
        return Stream.of(
                SamplingOptions.greedy(),
                new SamplingOptions(1f, 0.95f, 50, 0f, 0.1f, 0.1f, OptionalLong.of(7), Map.of()));
    }

    @ParameterizedTest
    @MethodSource("options")
    void aTokenAllocatesLittle(SamplingOptions options) {
        try (NativeMemory memory = new NativeMemory();
                Team team = new Team(2, false)) {
            var harness = new BatcherHarness(memory, team, LIMITS, 64);
            long most = (long) harness.model().logits().width() * Float.BYTES / 4;
            long perToken = Long.MAX_VALUE;
            for (int round = 0; round < MAX_ROUNDS && perToken > most; round++) {
                perToken = perToken(harness, team, options);
                if (perToken > most) {
                    LockSupport.parkNanos(PAUSE_NANOS); // the JIT has the processor to itself
                }
            }
            assertThat(perToken).as("bytes per token").isLessThanOrEqualTo(most);
        }
    }

    @Test
    void logitsThatWaitForTheirMaskAreKeptInOnePlace() {
        try (NativeMemory memory = new NativeMemory();
                Team team = new Team(2, false)) {
            var harness = new BatcherHarness(memory, team, LIMITS, 64);
            var sequence = (Sequence) harness.batcher().submit(request(SamplingOptions.greedy()), new Ignored());
            assertThat(sequence.held()).isNull();
            Rows logits = harness.model().logits();
            sequence.hold(logits, 0);
            Rows held = Objects.requireNonNull(sequence.held());
            sequence.append(1);
            assertThat(sequence.held()).isNull();
            logits.data()[logits.at(1)] = 7;
            sequence.hold(logits, 1);
            assertThat(sequence.held()).isSameAs(held);
            assertThat(held.data()[held.at(0)]).isEqualTo(7);
            sequence.forget();
            assertThat(sequence.held()).isNull();
        }
    }

    /** Of the turns in which all sequences decode. */
    private static long perToken(BatcherHarness harness, Team team, SamplingOptions options) {
        for (int i = 0; i < SEQUENCES; i++) {
            harness.batcher().submit(request(options), new Ignored());
        }
        harness.turn();
        harness.model().rows.clear();
        long before = team.allocatedBytes();
        while (harness.batcher().active() == SEQUENCES) {
            harness.turn();
        }
        long allocated = team.allocatedBytes() - before;
        int turns = harness.model().rows.size();
        assertThat(harness.model().rows).containsOnly(SEQUENCES).hasSizeGreaterThan(TOKENS / 2);
        return allocated / ((long) turns * SEQUENCES);
    }

    private static GenerationRequest request(SamplingOptions options) {
        return new GenerationRequest(
                new int[] {1, 2, 3},
                TOKENS,
                options,
                Set.of(),
                -1,
                false,
                Optional.empty(),
                Lease.unlimited(),
                FlowId.NONE,
                CacheScope.PRIVATE);
    }
}
