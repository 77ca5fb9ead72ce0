package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DispatchTest {
    private static final int EXPERTS = 5;
    private static final int CHOSEN = 2;

    /** Each pair of row and choice has one place; those of an expert stand together, prefill before decode, in the order of rows. */
    @Test
    void standsRowsByExpert() {
        Random random = new Random(1);
        Dispatch dispatch = new Dispatch(20, EXPERTS, CHOSEN);
        for (int trial = 0; trial < 100; trial++) {
            int rows = random.nextInt(21);
            int prefill = random.nextInt(rows + 1);
            int[] choices = random.ints((long) rows * CHOSEN, 0, EXPERTS).toArray();
            dispatch.plan(choices, prefill, rows);
            List<Integer> order = new ArrayList<>();
            for (int expert = 0; expert < EXPERTS; expert++) {
                assertThat(dispatch.start(expert)).isEqualTo(order.size());
                add(order, dispatch, choices, expert, 0, prefill);
                assertThat(dispatch.decodeStart(expert)).isEqualTo(order.size());
                add(order, dispatch, choices, expert, prefill, rows);
            }
            assertThat(dispatch.start(EXPERTS)).isEqualTo(rows * CHOSEN);
            for (int place = 0; place < order.size(); place++) {
                assertThat(order.get(place)).isEqualTo(place);
            }
        }
    }

    private static void add(List<Integer> order, Dispatch dispatch, int[] choices, int expert, int from, int to) {
        for (int row = from; row < to; row++) {
            for (int i = 0; i < CHOSEN; i++) {
                if (choices[row * CHOSEN + i] == expert) {
                    order.add(dispatch.place(row, i));
                }
            }
        }
    }

    /** DeepSeek-V3 on four sockets of 24 cores: shares of each expert by itself would be 8 or 16 panels. */
    @Test
    void aTokensPanelsAreSharedOverAllItsExperts() {
        Dispatch dispatch = new Dispatch(1, 256, 8);
        dispatch.plan(new int[] {250, 3, 77, 78, 0, 255, 128, 9}, 0, 1);
        assertThat(shares(dispatch, 256, 32, 24))
                .allSatisfy(share -> assertThat(share).isBetween(10, 11));
        assertThat(shares(dispatch, 256, 32, 128))
                .allSatisfy(share -> assertThat(share).isEqualTo(2));
    }

    /** Experts with many rows take longer: one with 40 rows as long as five with few. */
    @Test
    void panelsWithMoreRowsTakeLonger() {
        int[] choices = new int[50];
        Arrays.fill(choices, 0, 40, 1);
        Arrays.fill(choices, 40, 50, 3);
        choices[40] = 4;
        Dispatch dispatch = new Dispatch(50, EXPERTS, 1);
        dispatch.plan(choices, 0, 50);
        // times 40, 9 and 8 for one panel
        assertThat(shares(dispatch, EXPERTS, 57, 57))
                .allSatisfy(share -> assertThat(share).isBetween(1, 8));
        for (int worker = 0; worker < 57; worker++) {
            int time = 0;
            for (int expert = 0; expert < EXPERTS; expert++) {
                int rows = dispatch.start(expert + 1) - dispatch.start(expert);
                time += panels(dispatch, expert, 57, worker, 57) * Math.max(8, rows);
            }
            assertThat(time).isBetween(57 - 40, 57 + 40);
        }
    }

    /** The number of panels of each worker; together they are those of all experts with rows, each once. */
    private static List<Integer> shares(Dispatch dispatch, int experts, int panels, int workers) {
        List<Integer> shares = new ArrayList<>(Collections.nCopies(workers, 0));
        for (int expert = 0; expert < experts; expert++) {
            int all = dispatch.start(expert + 1) > dispatch.start(expert) ? panels : 0;
            assertThat(dispatch.firstPanel(expert, panels, 0, workers)).isZero();
            assertThat(dispatch.firstPanel(expert, panels, workers, workers)).isEqualTo(all);
            for (int worker = 0; worker < workers; worker++) {
                shares.set(worker, shares.get(worker) + panels(dispatch, expert, panels, worker, workers));
            }
        }
        return shares;
    }

    private static int panels(Dispatch dispatch, int expert, int panels, int worker, int workers) {
        int count = dispatch.firstPanel(expert, panels, worker + 1, workers)
                - dispatch.firstPanel(expert, panels, worker, workers);
        assertThat(count).isNotNegative();
        return count;
    }
}
