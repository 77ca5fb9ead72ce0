package io.baseload.engine.profile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts one worker's time by class of operator. One thread at a time writes, any may read: what it reads may be a lap old. A lap is one look at the clock and
 * one addition, about 30 ns.
 */
public final class WorkerClock {
    private static final VarHandle NANOS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Numbers of a cache line: clocks of two workers must not share one. */
    private static final int LINE = 8;

    private final long[] nanos = new long[2 * LINE + Operator.values().size()];
    private long last;

    WorkerClock() {}

    /** The next lap begins now. */
    void start(long now) {
        last = now;
    }

    /** What the time since the last lap was spent on. */
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
