package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.CollectingSink;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kernels that keep creating objects are replaced while a model runs. */
class KernelReplacementTest {
    private static final int TOKENS = 150;

    /** Enough steps for a report. */
    private static final int ANSWERS = AllocationWatch.EVERY * (AllocationWatch.IN_A_ROW + 1) / TOKENS + 1;

    private final NativeMemory memory = new NativeMemory();
    private final Team team = new Team(2, false);
    private final BatcherBench bench = new BatcherBench(memory, team, new BatcherLimits(192, 1, 1, 64, false), 16);

    @AfterEach
    void close() {
        team.close();
        memory.close();
    }

    /** Objects of a step, as boxed kernels make them. The arrays are kept so that none is optimized away. */
    private static final class Boxes implements Step {
        private final byte[][] kept = new byte[2][];

        @Override
        public void run(int worker, int workers, Barrier barrier) {
            kept[worker] = new byte[Math.toIntExact(AllocationWatch.MAX_STEP_BYTES)];
        }

        @Override
        public long shape() {
            return 1;
        }
    }

    private List<Integer> answer() {
        var sink = new CollectingSink();
        bench.batcher().submit(GenerationRequest.greedy(new int[] {278, 377, 266}, TOKENS), sink);
        while (!sink.ended()) {
            bench.turn();
        }
        sink.await();
        return sink.ids();
    }

    @Test
    void kernelsThatKeepCreatingObjectsAreReplacedByCopiesOnce() {
        List<Integer> before = answer();
        bench.model().before = Optional.of(new Boxes());
        for (int i = 0; i < 3 * ANSWERS; i++) {
            assertThat(answer()).isEqualTo(before);
        }
        assertThat(bench.model().replaced).contains(Kernels.best().copied());
        assertThat(bench.copied()).isOne();
    }

    @Test
    void kernelsThatCreateNoObjectsAreKept() {
        for (int i = 0; i < ANSWERS; i++) {
            answer();
        }
        assertThat(bench.model().replaced).isEmpty();
        assertThat(bench.copied()).isZero();
    }
}
