package io.baseload.engine.parallel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where all threads of a team wait for the last. Everything that a thread wrote before is seen by all behind it. A thread that waits spins, then yields its CPU
 * to others, then parks.
 */
public final class Barrier {
    private static final long YIELD_AFTER_NANOS = 2_000;
    private static final long PARK_AFTER_NANOS = 300_000;
    private static final int SPINS = 32;
    private static final VarHandle SLEEPERS = MethodHandles.arrayElementVarHandle(Thread[].class);

    /** Counters that several threads write stand on cache lines of their own. */
    private static final int LINE = 32;

    private static final VarHandle COUNTER = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int ARRIVED = LINE;
    private static final int GENERATION = 2 * LINE;

    private final int threads;
    private final boolean crowded;
    private final int[] counters = new int[3 * LINE];
    private final @Nullable Thread[] sleepers;
    private final AtomicInteger sleeping = new AtomicInteger();
    private volatile boolean aborted;

    /** @param crowded whether there are fewer CPUs than threads, so that spinning would only keep the others from running */
    Barrier(int threads, boolean crowded) {
        this.threads = threads;
        this.crowded = crowded;
        this.sleepers = new Thread[threads];
    }

    /**
     * Waits until every thread of the team has called this.
     *
     * @throws StepAbortedException if another thread failed in this step and will never come
     */
    public void await() {
        int generation = generation();
        if ((int) COUNTER.getAndAdd(counters, ARRIVED, 1) == threads - 1) {
            COUNTER.set(counters, ARRIVED, 0);
            COUNTER.setVolatile(counters, GENERATION, generation + 1);
            wake();
            return;
        }
        for (int i = 0; i < SPINS * 8 && !crowded; i++) {
            if (passed(generation)) {
                return;
            }
            Thread.onSpinWait();
        }
        waitLonger(generation);
    }

    @SuppressWarnings("ThreadPriorityCheck") // correct without it; it lets the one run that this thread waits for
    private void waitLonger(int generation) {
        long start = System.nanoTime();
        while (!passed(generation)) {
            long waited = System.nanoTime() - start;
            if (waited > PARK_AFTER_NANOS) {
                sleep(generation);
            } else if (crowded || waited > YIELD_AFTER_NANOS) {
                Thread.yield();
            } else {
                for (int i = 0; i < SPINS && !passed(generation); i++) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private void sleep(int generation) {
        int place = enter();
        try {
            while (!passed(generation)) {
                LockSupport.park(this);
            }
        } finally {
            SLEEPERS.setVolatile(sleepers, place, (Thread) null);
            sleeping.decrementAndGet();
        }
    }

    /** From here on {@link #wake} sees this thread; the caller must look once more before it parks. */
    private int enter() {
        sleeping.incrementAndGet();
        int place = 0;
        while (!SLEEPERS.compareAndSet(sleepers, place, (Thread) null, Thread.currentThread())) {
            place = (place + 1) % threads;
        }
        return place;
    }

    private void wake() {
        if (sleeping.get() > 0) {
            for (int i = 0; i < threads; i++) {
                LockSupport.unpark((Thread) SLEEPERS.getVolatile(sleepers, i));
            }
        }
    }

    private boolean passed(int generation) {
        if (aborted) {
            throw new StepAbortedException();
        }
        return generation() != generation;
    }

    private int generation() {
        return (int) COUNTER.getVolatile(counters, GENERATION);
    }

    /** Sends everyone who waits or will come away with an exception, until {@link #reset}. */
    void abort() {
        aborted = true;
        wake();
    }

    /** Makes an aborted barrier usable again; nobody may be in it. */
    void reset() {
        COUNTER.setVolatile(counters, ARRIVED, 0);
        aborted = false;
    }
}
