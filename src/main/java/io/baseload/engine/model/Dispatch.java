package io.baseload.engine.model;

import java.util.Arrays;

/**
 * The places of a step's rows while experts compute: they are ordered by expert, so that each expert's weights are read once for all of its rows. An expert's prefill rows come before its
 * decode rows, because each kind has its own kernel. A row for which k experts are chosen has k places. Allocated once, planned again for each layer.
 */
final class Dispatch {
    /** Reading a panel takes as long as multiplying it by about this many rows, so fewer rows don't take less time. */
    private static final int READ_ROWS = 8;

    private final int experts;
    private final int chosen;

    /** The first place of each expert, {@code [2 · expert]}, and of its decode rows, {@code [2 · expert + 1]}; the last element is the end of all. */
    private final int[] starts;

    private final int[] places;

    /** The time of one panel of each expert before a given one, where 1 is that of multiplying it by a row; the last element is the sum of all. */
    private final long[] times;

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
        this.times = new long[experts + 1];
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
        for (int expert = 0; expert < experts; expert++) {
            times[expert + 1] = times[expert] + time(start(expert + 1) - start(expert));
        }
    }

    private static int time(int rows) {
        return rows == 0 ? 0 : Math.max(READ_ROWS, rows);
    }

    private int key(int[] choices, int i, int prefillRows) {
        return 2 * choices[i] + (i / chosen < prefillRows ? 0 : 1);
    }

    /** The place of a row's i-th choice. */
    int place(int row, int i) {
        return places[row * chosen + i];
    }

    /**
     * The first of an expert's panels that a worker computes; the next worker's first is their end. The panels of all experts that have rows are numbered consecutively and divided among the
     * workers into shares that take equal times.
     *
     * @param panels of each expert's matrix
     */
    int firstPanel(int expert, int panels, int worker, int workers) {
        long time = times[expert + 1] - times[expert];
        if (time == 0) {
            return 0;
        }
        long before = times[experts] * panels * worker / workers - times[expert] * panels;
        return Math.clamp(Math.ceilDiv(before, time), 0, panels);
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
