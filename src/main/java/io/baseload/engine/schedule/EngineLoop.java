package io.baseload.engine.schedule;

import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.WorkerLostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The engine's thread: worker 0 of the team. Models take turns of one step. While no lease lets any sequence decode, it checks again every few milliseconds; while there is nothing to do, it
 * sleeps.
 *
 * <p>Within a step, the other workers notice if it hangs. Between steps, or if it computes a step alone, nobody waits for it, so a second thread watches it.
 */
public final class EngineLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());
    private static final long LEASE_POLL_NANOS = 2_000_000;
    private static final long FAILURE_PAUSE_NANOS = 100_000_000;

    /** How often a closing engine checks whether it has been lost. */
    private static final Duration LOSS_POLL = Duration.ofSeconds(1);

    private static final long WATCH_NANOS = 1_000_000_000;

    /** A model's turns, and the action that frees the model. */
    private record Member(ModelTurns turns, Runnable free) {}

    private final Team team;
    private final List<Member> members = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closing;

    /** Whether the thread sleeps because there is nothing to do. */
    private volatile boolean resting;

    private volatile long rounds;
    private volatile @Nullable WorkerLostException lost;

    /**
     * Starts the thread.
     *
     * @param team closed with the loop
     */
    public EngineLoop(Team team) {
        this.team = team;
        this.thread = Thread.ofPlatform().name("baseload-engine").daemon().start(this::run);
        Thread.ofPlatform().name("baseload-watch").daemon().start(this::watch);
        team.whenLost(this::lose);
    }

    /**
     * Adds a model.
     *
     * @param free called by the engine's thread when the model was closed and its last sequence has ended
     */
    public void add(ModelTurns turns, Runnable free) {
        members.add(new Member(turns, free));
        WorkerLostException gone = lost;
        if (gone != null) {
            turns.lose(gone);
        }
        wake();
    }

    /** Ends all requests: those of each model in a thread of its own, because the engine's own may be the lost one, and another may hang while it tells a model's callers. */
    private void lose(WorkerLostException gone) {
        if (lost == null) {
            LOG.log(System.Logger.Level.ERROR, "the engine has lost a worker, so it ends all requests", gone);
        }
        lost = gone;
        members.forEach(member -> Thread.ofVirtual().start(() -> member.turns().lose(gone)));
    }

    /** Makes the loop check for work. May be called by any thread. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    /** Fails running requests, frees all models and ends the threads. Returns when that is done, unless called by the engine's own thread, or if the engine is lost. */
    @Override
    public void close() {
        closing = true;
        wake();
        boolean interrupted = false;
        while (lost == null && thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join(LOSS_POLL);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // this thread alone writes it
    private void run() {
        while (!closing || !members.isEmpty()) {
            rounds++;
            if (closing) {
                members.forEach(member -> member.turns().abandon());
            }
            rest(safeTurns());
        }
        team.close();
    }

    /**
     * Gives the thread up if it has ended, or if it is busy with the same for twice as long as workers wait for each other, so that they notice first. Seconds in which the process is stopped don't
     * count.
     */
    private void watch() {
        long seen = 0;
        long without = 0;
        while (lost == null && thread.isAlive()) {
            long began = System.nanoTime();
            while (System.nanoTime() - began < WATCH_NANOS) {
                LockSupport.parkNanos(this, WATCH_NANOS);
            }
            long progress = rounds + team.progress();
            without = resting || progress != seen ? 0 : without + 1;
            seen = progress;
            if (without > 2 * team.patience()) {
                team.loseCaller("the engine's own thread has made no progress for " + without + " s");
            }
        }
        boolean done = closing && members.isEmpty();
        if (lost == null && !done) {
            team.loseCaller("the engine's own thread has ended");
        }
    }

    /** The thread survives any exception, because without it every request would wait for ever. */
    private ModelTurns.Turn safeTurns() {
        try {
            return turns();
        } catch (Throwable failed) {
            LOG.log(System.Logger.Level.ERROR, "the scheduler failed", failed);
            LockSupport.parkNanos(this, FAILURE_PAUSE_NANOS);
            return ModelTurns.Turn.WORKED;
        }
    }

    /** A step for each model; returns the result of the busiest. */
    private ModelTurns.Turn turns() {
        ModelTurns.Turn busiest = ModelTurns.Turn.IDLE;
        Member drained = null;
        for (Member member : members) {
            ModelTurns.Turn turn = member.turns().turn(team);
            drained = turn == ModelTurns.Turn.DRAINED ? member : drained;
            busiest = turn.compareTo(busiest) < 0 ? turn : busiest;
        }
        if (drained == null) {
            return busiest;
        }
        members.remove(drained);
        drained.free().run();
        return ModelTurns.Turn.WORKED;
    }

    private void rest(ModelTurns.Turn turn) {
        if (turn == ModelTurns.Turn.WAITING) {
            LockSupport.parkNanos(this, LEASE_POLL_NANOS);
        } else if (turn == ModelTurns.Turn.IDLE && !(closing && !members.isEmpty())) {
            resting = true;
            LockSupport.park(this);
            resting = false;
        }
    }
}
