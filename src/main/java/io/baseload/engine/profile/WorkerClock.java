package io.baseload.engine.profile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts one worker's time by class of operator. One thread at a time writes, any thread may read; the read value may be one lap old. A lap is one reading of the clock and one addition,
 * about 30 ns.
 */
public final class WorkerClock {
    private static final VarHandle NANOS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Numbers in a cache line, because clocks of two workers must not share one. */
    private static final int LINE = 8;

    private final long[] nanos = new long[2 * LINE + Operator.values().size()];
    private long last;

    WorkerClock() {}

    /** Starts a lap. */
    void start(long now) {
        last = now;
    }

    /** Ends a lap: counts the time since its start for an operator, and starts the next lap. */
    public void lap(Operator operator) {
        lap(operator, System.nanoTime());
    }

    void lap(Operator operator, long now) {
        int at = LINE + operator.index();
        NANOS.setOpaque(nanos, at, nanos[at] + now - last);
        last = now;
    }

    long nanos(Operator operator) {
        return (long) NANOS.getOpaque(nanos, LINE + operator.index());
    }
}
