package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.testing.LogMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AllocationWatchTest {
    private static final int BYTES = 4 << 20;

    /** Each worker allocates; the last arrays are kept so that none is optimized away. */
    private static final class Wasteful implements Step {
        private final byte[][] kept = new byte[2][];

        @Override
        public void run(int worker, int workers, Barrier barrier) {
            kept[worker] = new byte[BYTES];
        }

        @Override
        public long shape() {
            return 1;
        }
    }

    private final LogMessages messages = new LogMessages(AllocationWatch.class.getName());
    private final AllocationWatch watch = new AllocationWatch("tiny");

    @AfterEach
    void close() {
        messages.close();
    }

    @Test
    void reportsOnceThatStepsKeepAllocating() {
        try (Team team = new Team(2, false)) {
            Wasteful wasteful = new Wasteful();
            for (int step = 0; step < 6 * AllocationWatch.EVERY; step++) {
                watch.begin(team);
                if (step % AllocationWatch.EVERY == AllocationWatch.EVERY - 1) {
                    team.run(wasteful);
                }
                watch.end(team, 3);
            }
        }
        assertThat(messages.texts())
                .singleElement()
                .asString()
                .startsWith("WARNING: tiny: a step of 3 rows allocates ");
    }

    @Test
    void aColdStartIsNotReported() {
        for (int i = 0; i < 20; i++) {
            for (int cold = 1; cold < AllocationWatch.IN_A_ROW; cold++) {
                watch.note(AllocationWatch.MAX_STEP_BYTES + 1, 1);
            }
            watch.note(500, 1);
        }
        assertThat(messages.texts()).isEmpty();
    }
}
