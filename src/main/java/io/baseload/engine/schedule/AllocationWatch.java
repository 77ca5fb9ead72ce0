package io.baseload.engine.schedule;

import io.baseload.engine.parallel.Team;
import java.lang.System.Logger.Level;

/**
 * Detects kernels that the JIT has not compiled well. A compiled kernel keeps its vectors in registers and allocates nothing. One that isn't compiled, or was compiled with an incomplete
 * profile, creates an object for each vector and is many times slower, in rare cases as long as the JVM runs. So the workers' allocation is measured in one of {@link #EVERY} steps. If
 * several in a row allocate much, that is not just a cold start, and it is logged.
 */
final class AllocationWatch {
    private static final System.Logger LOG = System.getLogger(AllocationWatch.class.getName());

    /** Number of steps from one measurement to the next. */
    static final int EVERY = 256;

    /** Number of measurements in a row that are reported. */
    static final int IN_A_ROW = 4;

    /** Threshold in bytes per step; without boxed vectors a step allocates some hundred. */
    static final long MAX_STEP_BYTES = 1 << 20;

    private final String model;
    private int steps;
    private int row;
    private boolean told;
    private long before;

    AllocationWatch(String model) {
        this.model = model;
    }

    /** Called before a step. */
    void begin(Team team) {
        if (++steps % EVERY == 0) {
            before = team.allocatedBytes();
        }
    }

    /** Called after the step. */
    void end(Team team, int rows) {
        if (steps % EVERY == 0) {
            note(team.allocatedBytes() - before, rows);
        }
    }

    /** Records a step's allocation; it is reported once. */
    void note(long bytes, int rows) {
        row = bytes > MAX_STEP_BYTES ? row + 1 : 0;
        if (row == IN_A_ROW && !told) {
            told = true;
            LOG.log(
                    Level.WARNING,
                    "{0}: a step of {1} rows allocates {2} bytes of objects, although compiled kernels allocate none:"
                            + " the JIT left one boxed, and answers are slow. Restarting the process repairs this",
                    model,
                    rows,
                    bytes);
        }
    }
}
