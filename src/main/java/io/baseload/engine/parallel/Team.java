package io.baseload.engine.parallel;

import io.baseload.engine.platform.Affinity;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that run one step together. The caller of {@link #run} is worker 0, so a team of n has n − 1 threads of its own; they park soon when no step comes.
 * Used by one thread at a time.
 */
public final class Team implements AutoCloseable {
    private final int workers;
    private final Barrier start;
    private final Barrier inside;
    private final Barrier end;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile @Nullable Step step;

    /**
     * @param workers including the caller
     * @param pinned whether each thread stays on one CPU, where the system allows it
     */
    public Team(int workers, boolean pinned) {
        this.workers = workers;
        boolean crowded = workers > Runtime.getRuntime().availableProcessors();
        start = new Barrier(workers, crowded);
        inside = new Barrier(workers, crowded);
        end = new Barrier(workers, crowded);
        Cpus cpus = Cpus.allowed();
        for (int worker = 1; worker < workers; worker++) {
            int self = worker;
            boolean pin = pinned && cpus.mayPin(workers);
            Thread.ofPlatform().name("baseload-worker-" + self).daemon().start(() -> {
                if (pin) {
                    Affinity.set(List.of(cpus.cpu(self)));
                }
                serve(self);
            });
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
     * Runs a step on all workers and returns when all are done.
     *
     * @throws RuntimeException whatever the first worker that failed threw
     */
    public void run(Step step) {
        this.step = step;
        start.await();
        work(step, 0);
        end.await();
        this.step = null;
        Throwable thrown = failure.getAndSet(null);
        if (thrown != null) {
            inside.reset();
            throw rethrow(thrown);
        }
    }

    private static RuntimeException rethrow(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }

    private void serve(int worker) {
        while (true) {
            start.await();
            Step next = step;
            if (next == null) {
                return;
            }
            work(next, worker);
            end.await();
        }
    }

    private void work(Step step, int worker) {
        try {
            step.run(worker, workers, inside);
        } catch (Throwable thrown) {
            if (!(thrown instanceof StepAbortedException)) {
                failure.compareAndSet(null, thrown);
                inside.abort();
            }
        }
    }

    /** Ends the threads. */
    @Override
    public void close() {
        step = null;
        start.await();
    }
}
