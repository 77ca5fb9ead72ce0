package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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
}
