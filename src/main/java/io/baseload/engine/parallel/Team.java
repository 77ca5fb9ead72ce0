package io.baseload.engine.parallel;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.platform.Affinity;
import io.baseload.engine.platform.CpuQuota;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Threads that run one step together. The caller of {@link #run} is worker 0, so a team of n has n − 1 threads of its own, which park soon if there is no step. A step gets the number of
 * workers that makes it fastest ({@link WorkerCount}); the others stay parked. Used by one thread at a time, a platform thread.
 *
 * <p>If each worker can have its own CPU, the team's threads are pinned, as long as no other process uses these CPUs. The caller's thread is not, because threads that it starts would
 * inherit its CPU.
 */
public final class Team implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Team.class.getName());

    /** An operator takes seconds at most. A worker that hasn't arrived after this many is lost. */
    static final long LOST_NAPS = 120;

    private static final ThreadMXBean CPU = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Bits for the number of workers in a value that also contains the step's number, so that threads read both at once. */
    private static final int WORKER_BITS = 16;

    /** Long enough for threads to be awake at the next of consecutive steps. */
    private static final long SPIN_NANOS = 50_000;

    private final TeamLayout layout;
    private final long naps;
    private final int workers;
    private final CpuClaims[] claims;
    private final WorkerCount count;
    private final WakeUp start;
    private final Meeting inside;

    /** The meetings of steps with a number of shards, which divides the layout's: by that number, null for others. */
    private final @Nullable ShardMeetings[] meetings;

    private final Meeting end;
    private final boolean crowded;

    /** For each worker the nanoseconds of the last step in which it was ready to run but didn't. */
    private final long[] denied;

    /** Ids of the team's own threads, by worker; that of worker 0 is the caller's. */
    private final long[] threads;

    /** Where worker 0, the caller's thread, runs during a step if its shard has only some of the CPUs. */
    private final Optional<Affinity.Visit> home;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile @Nullable WorkerLostException lost;
    private volatile Consumer<WorkerLostException> whenLost = gone -> {};
    private volatile @Nullable Step step;
    private volatile boolean pinned;
    private long steps;
    private long startNanos;

    /**
     * A team of one shard.
     *
     * @param workers the number of workers, including the caller
     * @param pinned whether each thread stays on one CPU, if the system allows it
     */
    public Team(int workers, boolean pinned) {
        this(TeamLayout.single(workers), pinned);
    }

    /** @param layout the workers; worker 0 is the caller */
    public Team(TeamLayout layout, boolean pinned) {
        this(layout, layout.shards(), pinned, LOST_NAPS);
    }

    /** A team of which all workers take part in each step, for measurements. */
    public static Team ofAll(TeamLayout layout, boolean pinned) {
        return new Team(layout, layout.workers(), pinned, LOST_NAPS);
    }

    /**
     * @param least the smallest number of workers of a step, even if fewer would be faster
     * @param naps as {@link #LOST_NAPS}
     */
    Team(TeamLayout layout, int least, boolean pinned, long naps) {
        this.layout = layout;
        this.naps = naps;
        workers = layout.workers();
        crowded = workers > Runtime.getRuntime().availableProcessors();
        List<Integer> everyone = IntStream.range(0, workers).boxed().toList();
        Group all = Group.of(layout, everyone);
        start = new WakeUp(all);
        inside = new Meeting(all, workers, crowded, naps);
        end = new Meeting(all, workers, crowded, naps);
        meetings = new ShardMeetings[layout.shards() + 1];
        for (int shards = 1; shards <= layout.shards(); shards++) {
            if (layout.shards() % shards == 0) {
                meetings[shards] = new ShardMeetings(layout.merged(shards), inside, crowded, naps);
            }
        }
        claims = new CpuClaims[layout.shards()];
        denied = new long[workers];
        threads = new long[workers];
        count = new WorkerCount(least, workers, System.nanoTime(), CpuQuota.ofThisProcess()::throttledNanos);
        Cpus allowed = Cpus.allowed();
        boolean pins = pinned && layout.mayPin(allowed);
        for (int shard = 0; shard < claims.length; shard++) {
            claims[shard] = CpuClaims.of(layout.cpus().get(shard), pins ? layout.workers(shard, workers) : 0);
        }
        this.pinned = true;
        for (int worker = 1; worker < workers; worker++) {
            int self = worker;
            threads[worker] = Thread.ofPlatform()
                    .name("baseload-worker-" + self)
                    .daemon()
                    .start(() -> live(self, layout.bounds(layout.shard(self), allowed)))
                    .threadId();
        }
        home = layout.bounds(0, allowed).map(cpus -> new Affinity.Visit(cpus, allowed.cpus()));
    }

    public int workers() {
        return workers;
    }

    /** The workers, their shards and their CPUs. */
    public TeamLayout layout() {
        return layout;
    }

    /**
     * Runs a step on workers 0 … n − 1 and returns when all are done.
     *
     * @throws IllegalStateException on a virtual thread
     * @throws RuntimeException whatever the first worker that failed threw
     * @throws WorkerLostException if one of them doesn't finish, in this step or an earlier one; then the team can't be used any more
     */
    public void run(Step step) {
        PlatformThread.require();
        refuseLost();
        int active = count.next(step.divisible());
        begin(step, active);
        if (home.isPresent()) {
            home.get().begin();
        }
        work(step, 0, active, steps);
        if (home.isPresent()) {
            home.get().end();
        }
        awaitEnd();
        this.step = null;
        note(step, active);
        Throwable thrown = failure.getAndSet(null);
        if (thrown != null) {
            inside.reset();
            meetings().forEach(ShardMeetings::reset);
            throw rethrow(thrown);
        }
    }

    /** Waits for all workers. */
    private void awaitEnd() {
        try {
            end.await(0);
        } catch (WorkerLostException gone) {
            lose(gone);
            throw gone;
        } catch (StepAbortedException dead) {
            refuseLost();
            throw dead;
        }
    }

    /** Ends all waiting, because a worker is lost. */
    private void lose(WorkerLostException gone) {
        lost = gone;
        abort();
        end.abort();
        whenLost.accept(gone);
    }

    /**
     * Sets a listener for the loss of a worker. It is called by the thread that notices the loss, because the caller's own thread may be the lost one; and again if others notice it too, or at once if it
     * has already happened.
     */
    public void whenLost(Consumer<WorkerLostException> listener) {
        whenLost = listener;
        WorkerLostException gone = lost;
        if (gone != null) {
            listener.accept(gone);
        }
    }

    private void abort() {
        inside.abort();
        meetings().forEach(ShardMeetings::abort);
    }

    private Stream<ShardMeetings> meetings() {
        return Arrays.stream(meetings).filter(Objects::nonNull);
    }

    private ShardMeetings meetings(Step step) {
        int shards = step.shards() == 0 ? layout.shards() : step.shards();
        return Objects.requireNonNull(meetings[shards], "the team can't run a step of so many shards");
    }

    private void refuseLost() {
        WorkerLostException gone = lost;
        if (gone != null) {
            throw new WorkerLostException("the engine has lost a worker: " + gone.getMessage());
        }
    }

    /** Whether all workers are alive. May be called by any thread. */
    public boolean whole() {
        return lost == null;
    }

    /** The seconds, at least, after which a worker for which others wait is lost. */
    public long patience() {
        return naps;
    }

    /** A number that grows as the caller's thread gets on with a step. May be called by any thread; approximate. */
    public long progress() {
        return meetings().mapToLong(some -> some.barrier(0).meetings()).sum();
    }

    /** Gives up the caller's thread, for which no other waits. May be called by any thread. */
    public void loseCaller(String why) {
        lose(new WorkerLostException(why));
    }

    /** Total size of the workers' heap allocations. For the caller's thread. */
    public long allocatedBytes() {
        long sum = CPU.getCurrentThreadAllocatedBytes();
        for (int worker = 1; worker < workers; worker++) {
            sum += CPU.getThreadAllocatedBytes(threads[worker]);
        }
        return sum;
    }

    private void begin(Step step, int active) {
        this.step = step;
        inside.expect(active);
        meetings(step).expect(active);
        end.expect(active);
        startNanos = System.nanoTime();
        start.pass(0, ++steps << WORKER_BITS | active, active);
    }

    private void note(Step step, int active) {
        long now = System.nanoTime();
        long all = 0;
        long worst = 0;
        for (int worker = 0; worker < active; worker++) {
            all += denied[worker];
            worst = Math.max(worst, denied[worker]);
        }
        count.note(now, step.divisible(), step.shape(), now - startNanos, all, worst);
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

    /** The loop of a team's thread. If it ends too early, because of a bug or because the machine has no memory left, it tells the others, which would otherwise wait for it. */
    private void live(int worker, Optional<List<Integer>> bounds) {
        try {
            bounds.ifPresent(Affinity::set);
            serve(worker);
        } catch (Throwable dead) {
            lose(new WorkerLostException("worker " + worker + " has ended: " + dead));
            LOG.log(Level.ERROR, "worker " + worker + " has ended", dead);
        }
    }

    private void serve(int worker) {
        List<Integer> own = claims[layout.shard(worker)].cpus();
        List<Integer> all = layout.cpus().get(layout.shard(worker));
        boolean claimed = layout.place(worker) < own.size();
        boolean onItsOwn = false;
        boolean takesPart = true;
        long seen = 0;
        while (true) {
            seen = start.await(worker, seen, takesPart && !crowded ? SPIN_NANOS : 0);
            int active = (int) (seen & (1 << WORKER_BITS) - 1);
            takesPart = worker < active;
            if (takesPart) {
                start.pass(worker, seen, active);
                Step next = step;
                if (next == null) {
                    return;
                }
                if (claimed && pinned != onItsOwn) {
                    onItsOwn = !onItsOwn;
                    Affinity.set(onItsOwn ? List.of(own.get(layout.place(worker))) : all);
                }
                work(next, worker, active, seen >> WORKER_BITS);
                if (!ended(worker)) {
                    return;
                }
            }
        }
    }

    /** Waits for the step's end; false if there is none, because a worker is lost. */
    private boolean ended(int worker) {
        try {
            end.await(worker);
            return true;
        } catch (WorkerLostException gone) {
            lose(gone); // this worker's thread ends, so the others must not wait for it later
            return false;
        } catch (StepAbortedException dead) {
            return false;
        }
    }

    private void work(Step step, int worker, int active, long number) {
        long cpu = CPU.getCurrentThreadCpuTime();
        Barrier barrier = meetings(step).barrier(worker);
        barrier.begin(number);
        try {
            step.run(worker, active, barrier);
        } catch (WorkerLostException gone) {
            lose(gone); // at once: if worker 0 is lost, nobody else would
        } catch (Throwable thrown) {
            if (!(thrown instanceof StepAbortedException)) {
                failure.compareAndSet(null, thrown);
                abort();
            }
        }
        long used = CPU.getCurrentThreadCpuTime() - cpu;
        denied[worker] = System.nanoTime() - startNanos - used - barrier.takeParkedNanos();
    }

    /** Ends the threads. */
    @Override
    public void close() {
        step = null;
        start.passToAll(++steps << WORKER_BITS | workers);
        for (CpuClaims claim : claims) {
            claim.close();
        }
    }
}
