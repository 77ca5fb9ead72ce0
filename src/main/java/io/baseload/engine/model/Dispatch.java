package io.baseload.engine.model;

import java.util.Arrays;

/**
 * The places of a step's rows while experts compute: they are ordered by expert, so that each expert's weights are read once for all of its rows. An expert's prefill rows come before its
 * decode rows, because each kind has its own kernel. A row for which k experts are chosen has k places. Allocated once, planned again for each layer.
 */
final class Dispatch {
    private final int experts;
    private final int chosen;

    /** The first place of each expert, {@code [2 · expert]}, and of its decode rows, {@code [2 · expert + 1]}; the last element is the end of all. */
    private final int[] starts;

    private final int[] places;

    /**
     * @param rows the most rows of a step
     * @param experts number of experts
     * @param chosen number of experts chosen for a row
     */
    Dispatch(int rows, int experts, int chosen) {
        this.experts = experts;
        this.chosen = chosen;
        this.starts = new int[2 * experts + 1];
        this.places = new int[rows * chosen];
    }

    /**
     * Orders rows by expert; rows of one expert keep their order.
     *
     * @param choices {@code [row][chosen]}: the experts of each row
     * @param prefillRows number of prefill rows, which are the first ones
     */
    void plan(int[] choices, int prefillRows, int rows) {
        Arrays.fill(starts, 0);
        for (int i = 0; i < rows * chosen; i++) {
            starts[key(choices, i, prefillRows) + 1]++;
        }
        for (int i = 1; i < starts.length; i++) {
            starts[i] += starts[i - 1];
        }
        for (int i = 0; i < rows * chosen; i++) {
            places[i] = starts[key(choices, i, prefillRows)]++;
        }
        System.arraycopy(starts, 0, starts, 1, starts.length - 1);
        starts[0] = 0;
    }

    private int key(int[] choices, int i, int prefillRows) {
        return 2 * choices[i] + (i / chosen < prefillRows ? 0 : 1);
    }

    /** The place of a row's i-th choice. */
    int place(int row, int i) {
        return places[row * chosen + i];
    }

    int experts() {
        return experts;
    }

    /** First place of an expert; its end is the next one's start. */
    int start(int expert) {
        return starts[2 * expert];
    }

    /** First place of an expert's decode rows, which is the end of its prefill rows. */
    int decodeStart(int expert) {
        return starts[2 * expert + 1];
    }
}
