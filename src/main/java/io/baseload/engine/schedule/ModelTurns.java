package io.baseload.engine.schedule;

import io.baseload.engine.parallel.Team;

/** What the engine's thread does for one model. */
public sealed interface ModelTurns permits Batcher, TextBatcher {
    /** What a turn came to. */
    enum Turn {
        /** Something was computed or ended, or is about to be. */
        WORKED,
        /** There are sequences, but none can go on: their leases say so, or their masks aren't ready. */
        WAITING,
        /** There is nothing to do. */
        IDLE,
        /** The model was closed and its last sequence has ended. */
        DRAINED
    }

    /** One step, if there is something to compute. By the engine's thread. */
    Turn turn(Team team);

    /** Accepts nothing more and fails what was accepted: nobody asked for its end. By any thread. */
    void abandon();
}
