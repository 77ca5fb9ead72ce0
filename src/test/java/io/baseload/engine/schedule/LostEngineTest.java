package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import io.baseload.engine.parallel.ImpatientTeam;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.WorkerLostException;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.Patience;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of an engine whose own thread, worker 0, hangs or ends. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class LostEngineTest {
    private static final GenerationRequest REQUEST = GenerationRequest.greedy(new int[] {1, 2, 3}, 4);

    /** The ends of which a request is told. */
    private static class Ends implements TokenSink {
        final List<Throwable> failures = new CopyOnWriteArrayList<>();

        @Override
        public boolean token(SampledToken token) {
            return true;
        }

        @Override
        public void finished(FinishReason reason, Usage usage) {
            failures.add(new AssertionError("finished: " + reason));
        }

        @Override
        public void failed(Throwable cause, Usage usage) {
            failures.add(cause);
        }

        void haveOne() {
            assertThat(failures).singleElement().isInstanceOf(WorkerLostException.class);
        }
    }

    /** A sink that blocks, although none may. */
    private static final class Hanging extends Ends {
        final CountDownLatch ever;

        Hanging(CountDownLatch ever) {
            this.ever = ever;
        }

        @Override
        public boolean token(SampledToken token) {
            Patience.await(ever);
            return true;
        }
    }

    @Test
    void endsAllRequestsRefusesNewOnesAndCloses() throws InterruptedException {
        var ever = new CountDownLatch(1);
        var freed = new CountDownLatch(1);
        Step hanging = (worker, workers, barrier) -> {
            if (worker == 0) {
                Patience.await(ever);
            }
            barrier.await();
        };
        Team team = ImpatientTeam.of(2);
        try (NativeMemory memory = new NativeMemory()) {
            Batcher batcher = batcher(memory, team, hanging);
            var running = new Ends();
            var waiting = new Ends();
            batcher.submit(REQUEST, running);
            batcher.submit(REQUEST, waiting);
            EngineLoop loop = new EngineLoop(team);
            loop.add(batcher, freed::countDown);
            Patience.await().until(() -> !running.failures.isEmpty() && !waiting.failures.isEmpty());
            assertThatThrownBy(() -> batcher.submit(REQUEST, new Ends())).isInstanceOf(WorkerLostException.class);

            Batcher later = batcher(memory, team, hanging);
            loop.add(later, () -> {});
            assertThatThrownBy(() -> later.submit(REQUEST, new Ends())).isInstanceOf(WorkerLostException.class);

            loop.close();
            assertThat(freed.getCount()).as("its thread still hangs").isOne();

            ever.countDown();
            Patience.await(freed);
            running.haveOne();
            waiting.haveOne();
        }
    }

    /** Where no other worker waits for it. */
    @Test
    void isNoticedInAStepThatItComputesAlone() {
        var ever = new CountDownLatch(1);
        losesItsThread((worker, workers, barrier) -> Patience.await(ever), new Ends(), ever);
    }

    @Test
    void isNoticedBetweenSteps() {
        var ever = new CountDownLatch(1);
        losesItsThread((worker, workers, barrier) -> {}, new Hanging(ever), ever);
    }

    /** No exception is known that ends it: an action that fails stands for those that aren't. */
    @Test
    void isNoticedIfItsThreadEnds() {
        BatcherLimits limits = new BatcherLimits(64, 1, 100, 64, false);
        Team team = ImpatientTeam.of(1);
        try (NativeMemory memory = new NativeMemory()) {
            var harness = new BatcherHarness(memory, team, limits, 16);
            Batcher failing = new Batcher("failing", harness.model(), harness.cache(), limits, () -> {
                throw new IllegalStateException("on purpose");
            });
            var waiting = new Ends();
            harness.batcher().submit(forEver(), waiting);
            EngineLoop loop = new EngineLoop(team);
            loop.add(failing, () -> {});
            loop.add(harness.batcher(), () -> {});
            loop.close();
            Patience.await().until(() -> !waiting.failures.isEmpty());
            waiting.haveOne();
            assertThat(team.whole()).isFalse();
        }
    }

    /** A request whose lease lets it wait. */
    private static GenerationRequest forEver() {
        return new GenerationRequest(
                REQUEST.prompt(),
                4,
                SamplingOptions.greedy(),
                Set.of(),
                -1,
                false,
                Optional.empty(),
                produced -> Lease.Answer.WAIT,
                FlowId.NONE,
                CacheScope.PRIVATE);
    }

    private static void losesItsThread(Step before, Ends running, CountDownLatch ever) {
        var freed = new CountDownLatch(1);
        Team team = ImpatientTeam.of(1);
        try (NativeMemory memory = new NativeMemory()) {
            Batcher batcher = batcher(memory, team, before);
            var waiting = new Ends();
            batcher.submit(REQUEST, running);
            batcher.submit(REQUEST, waiting);
            EngineLoop loop = new EngineLoop(team);
            loop.add(batcher, freed::countDown);
            Patience.await().until(() -> !waiting.failures.isEmpty());
            assertThat(team.whole()).isFalse();
            assertThatThrownBy(() -> batcher.submit(REQUEST, new Ends())).isInstanceOf(WorkerLostException.class);

            loop.close();
            ever.countDown();
            Patience.await(freed);
            Patience.await().until(() -> !running.failures.isEmpty());
            running.haveOne();
            waiting.haveOne();
        }
    }

    private static Batcher batcher(NativeMemory memory, Team team, Step before) {
        var harness = new BatcherHarness(memory, team, new BatcherLimits(64, 1, 100, 64, false), 16);
        harness.model().before = Optional.of(before);
        return harness.batcher();
    }
}
