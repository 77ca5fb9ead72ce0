package io.baseload.engine.parallel;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.platform.Affinity;
import io.baseload.engine.platform.CpuQuota;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that run one step together. The caller of {@link #run} is worker 0, so a team of n has n − 1 threads of its own; they park soon when no step comes.
 * A step gets as many of them as do it fastest ({@link WorkerCount}); the others stay parked. Used by one thread at a time.
 *
 * <p>Where each worker can have a CPU of its own the team's threads are pinned, as long as nobody else uses these CPUs. The caller is not: threads that it starts
 * would inherit its CPU.
 */
public final class Team implements AutoCloseable {
    private static final ThreadMXBean CPU = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** A step's number and its workers in one value, so that a thread which sees one sees the other. */
    private static final int WORKER_BITS = 16;

    /** Long enough that steps which follow on each other find the others awake. */
    private static final long SPIN_NANOS = 50_000;

    private final int workers;
    private final Cpus cpus = Cpus.allowed();
    private final CpuClaims claims;
    private final WorkerCount count;
    private final Signal start;
    private final Meeting inside;
    private final Meeting end;
    private final Barrier[] barriers;
    private final boolean crowded;

    /** Of the last step, by worker: nanoseconds in which it wanted to run and didn't. */
    private final long[] denied;

    /** Ids of the team's own threads, by worker; that of worker 0 is the caller's. */
    private final long[] threads;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile @Nullable Step step;
    private volatile boolean pinned;
    private long steps;
    private long startNanos;

    /**
     * @param workers including the caller
     * @param pinned whether each thread stays on one CPU, where the system allows it
     */
    public Team(int workers, boolean pinned) {
        this(1, workers, pinned);
    }

    /** @param least workers that each step has, even if fewer would be faster */
    Team(int least, int workers, boolean pinned) {
        this.workers = workers;
        crowded = workers > Runtime.getRuntime().availableProcessors();
        start = new Signal(workers);
        inside = new Meeting(workers, crowded);
        end = new Meeting(workers, crowded);
        barriers = new Barrier[workers];
        denied = new long[workers];
        threads = new long[workers];
        count = new WorkerCount(least, workers, System.nanoTime(), CpuQuota.ofThisProcess()::throttledNanos);
        claims = CpuClaims.of(cpus.cpus(), pinned && cpus.mayPin(workers) ? workers : 0);
        this.pinned = true;
        for (int worker = 0; worker < workers; worker++) {
            barriers[worker] = new Barrier(inside, worker);
        }
        for (int worker = 1; worker < workers; worker++) {
            int self = worker;
            threads[worker] = Thread.ofPlatform()
                    .name("baseload-worker-" + self)
                    .daemon()
                    .start(() -> serve(self))
                    .threadId();
        }
    }

    /** Workers that suit this machine: one for each core that the process may use. */
    public static int defaultWorkers() {
        return Cpus.allowed().workers();
    }

    public int workers() {
        return workers;
    }

    /**
     * Runs a step on workers 0 … n − 1 and returns when all are done.
     *
     * @throws RuntimeException whatever the first worker that failed threw
     */
    public void run(Step step) {
        int active = count.next();
        begin(step, active);
        work(step, 0, active);
        end.await(0);
        this.step = null;
        note(step, active);
        Throwable thrown = failure.getAndSet(null);
        if (thrown != null) {
            inside.reset();
            throw rethrow(thrown);
        }
    }

    /** Bytes of heap that the workers have ever taken. By the caller's thread. */
    public long allocatedBytes() {
        long sum = CPU.getCurrentThreadAllocatedBytes();
        for (int worker = 1; worker < workers; worker++) {
            sum += CPU.getThreadAllocatedBytes(threads[worker]);
        }
        return sum;
    }

    private void begin(@Nullable Step step, int active) {
        this.step = step;
        inside.expect(active);
        end.expect(active);
        startNanos = System.nanoTime();
        start.set(++steps << WORKER_BITS | active, active);
    }

    private void note(Step step, int active) {
        long now = System.nanoTime();
        long all = 0;
        long worst = 0;
        for (int worker = 0; worker < active; worker++) {
            all += denied[worker];
            worst = Math.max(worst, denied[worker]);
        }
        count.note(now, step.shape(), now - startNanos, all, worst);
        boolean pin = !count.crowded();
        if (pin != pinned) {
            pinned = pin;
        }
    }

    private static RuntimeException rethrow(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }

    private void serve(int worker) {
        boolean claimed = worker < claims.cpus().size();
        boolean onItsOwn = false;
        boolean takesPart = true;
        long seen = 0;
        while (true) {
            start.await(seen, worker, takesPart && !crowded ? SPIN_NANOS : 0);
            seen = start.value();
            int active = (int) (seen & (1 << WORKER_BITS) - 1);
            takesPart = worker < active;
            if (takesPart) {
                Step next = step;
                if (next == null) {
                    return;
                }
                if (claimed && pinned != onItsOwn) {
                    onItsOwn = !onItsOwn;
                    Affinity.set(onItsOwn ? List.of(claims.cpus().get(worker)) : cpus.cpus());
                }
                work(next, worker, active);
                end.await(worker);
            }
        }
    }

    private void work(Step step, int worker, int active) {
        long cpu = CPU.getCurrentThreadCpuTime();
        try {
            step.run(worker, active, barriers[worker]);
        } catch (Throwable thrown) {
            if (!(thrown instanceof StepAbortedException)) {
                failure.compareAndSet(null, thrown);
                inside.abort();
            }
        }
        long used = CPU.getCurrentThreadCpuTime() - cpu;
        denied[worker] = System.nanoTime() - startNanos - used - barriers[worker].takeParkedNanos();
    }

    /** Ends the threads. */
    @Override
    public void close() {
        begin(null, workers);
        claims.close();
    }
}
