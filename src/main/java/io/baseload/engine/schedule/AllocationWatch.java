package io.baseload.engine.schedule;

import io.baseload.engine.parallel.Team;

/**
 * Notices kernels that the JIT has not compiled as it should. A compiled kernel keeps its vectors in registers and allocates nothing; one that isn't, or that was compiled before its
 * profile was whole, makes an object of each vector and runs many times slower, in rare cases for as long as the JVM lives. So of some steps it is measured what the workers
 * allocate: one in {@link #EVERY}. A few in a row that allocate a lot are no longer a cold start.
 */
final class AllocationWatch {
    /** Steps from one measurement to the next. */
    static final int EVERY = 256;

    /** Measurements in a row. */
    static final int IN_A_ROW = 4;

    /** Bytes of a step; without boxed vectors it is some hundred. */
    static final long MUCH = 1 << 20;

    private int steps;
    private int row;
    private boolean told;
    private long before;

    /** Before a step. */
    void begin(Team team) {
        if (++steps % EVERY == 0) {
            before = team.allocatedBytes();
        }
    }

    /** Behind the step; returns what it has allocated if that is to be told now, otherwise 0. */
    long end(Team team) {
        return steps % EVERY == 0 ? note(team.allocatedBytes() - before) : 0;
    }

    /** A step allocated so much; told once. */
    long note(long bytes) {
        row = bytes > MUCH ? row + 1 : 0;
        if (row < IN_A_ROW || told) {
            return 0;
        }
        told = true;
        return bytes;
    }
}
