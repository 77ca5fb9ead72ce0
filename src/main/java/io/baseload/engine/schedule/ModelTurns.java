package io.baseload.engine.schedule;

import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.WorkerLostException;

/** The work of the engine's thread for one model. */
public sealed interface ModelTurns permits Batcher, TextBatcher {
    /** The result of a turn. */
    enum Turn {
        /** Something was computed or ended, or will be at once. */
        WORKED,
        /** There are sequences, but none can continue, because of their leases or because their masks aren't ready. */
        WAITING,
        /** There is nothing to do. */
        IDLE,
        /** The model was closed and its last sequence has ended. */
        DRAINED
    }

    /** Computes one step, if there is work. Called by the engine's thread. */
    Turn turn(Team team);

    /** Stops accepting requests and fails the accepted ones, because their callers didn't cancel them. May be called by any thread. */
    void abandon();

    /** Fails the accepted requests and refuses new ones, because the engine can't compute any more and its thread may never return. May return before their callers are told. May be called by any thread, also repeatedly. */
    void lose(WorkerLostException lost);
}
