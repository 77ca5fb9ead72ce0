package io.baseload.engine.parallel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A number for whose change threads can wait. A waiting thread spins for a while, because then it sees a change within some ten nanoseconds, and then parks, so that its CPU is free for
 * others. It never yields: on current kernels a thread that yields loses its turn, which is milliseconds on a busy machine, whereas a parked thread runs soon after it is woken. Writes
 * before a change are visible to all threads that have seen the change.
 *
 * <p>Cost: one cache line that the waiting threads read, and a system call for each parked thread.
 */
final class Signal {
    private static final int SPINS = 32;

    /** The longest time that a thread is parked before it checks the value again. */
    static final long NAP_NANOS = 1_000_000_000;

    private static final VarHandle VALUE = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle SLEEPER = MethodHandles.arrayElementVarHandle(Thread[].class);

    private static final long FOREVER = Long.MAX_VALUE;

    /** The value has its own cache line. */
    private static final int LINE = 16;

    private final long[] value = new long[2 * LINE];

    /** The threads that are parked or about to park, by place. */
    private final @Nullable Thread[] sleepers;

    private final AtomicInteger sleeping = new AtomicInteger();

    /** @param places the number of threads that may wait */
    Signal(int places) {
        sleepers = new Thread[places];
    }

    long value() {
        return (long) VALUE.getVolatile(value, LINE);
    }

    /** For a single writer: sets the value and wakes the threads in the first places. */
    void set(long next, int places) {
        VALUE.setVolatile(value, LINE, next);
        wake(places);
    }

    /** For any thread: changes the value and wakes all. */
    void raise() {
        VALUE.getAndAdd(value, LINE, 1L);
        wake(sleepers.length);
    }

    private void wake(int places) {
        if (sleeping.get() > 0) {
            for (int place = 0; place < places; place++) {
                Thread sleeper = (Thread) SLEEPER.getVolatile(sleepers, place);
                if (sleeper != null) {
                    LockSupport.unpark(sleeper);
                }
            }
        }
    }

    /** Waits until the value isn't {@code seen}, without a limit; otherwise as below. */
    long await(long seen, int place, long spinNanos) {
        return await(seen, place, spinNanos, FOREVER);
    }

    /**
     * Waits until the value isn't {@code seen}.
     *
     * @param place this thread's place
     * @param spinNanos the time for which it spins before it parks
     * @param naps the number of times, at most, that it parks for {@link #NAP_NANOS}. They are counted rather than timed, so that the time for which a process is stopped doesn't count
     * @return the time for which it was parked, in nanoseconds; −1 if the value didn't change
     */
    long await(long seen, int place, long spinNanos, long naps) {
        for (int i = 0; i < 4 * SPINS && spinNanos > 0; i++) {
            if (value() != seen) {
                return 0;
            }
            Thread.onSpinWait();
        }
        long start = System.nanoTime();
        while (System.nanoTime() - start < spinNanos) {
            for (int i = 0; i < SPINS; i++) {
                if (value() != seen) {
                    return 0;
                }
                Thread.onSpinWait();
            }
        }
        return sleep(seen, place, naps);
    }

    private long sleep(long seen, int place, long naps) {
        long start = System.nanoTime();
        SLEEPER.setVolatile(sleepers, place, Thread.currentThread());
        sleeping.incrementAndGet();
        try {
            long left = naps;
            long began = start;
            while (value() == seen) {
                if (left == 0) {
                    return -1;
                }
                if (naps == FOREVER) {
                    LockSupport.park(this);
                } else {
                    LockSupport.parkNanos(this, NAP_NANOS);
                }
                long now = System.nanoTime();
                if (now - began >= NAP_NANOS) {
                    left--;
                    began = now;
                }
            }
        } finally {
            sleeping.decrementAndGet();
            SLEEPER.setVolatile(sleepers, place, (Thread) null);
        }
        return System.nanoTime() - start;
    }
}
