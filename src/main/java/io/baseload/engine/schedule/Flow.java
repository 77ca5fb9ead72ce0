package io.baseload.engine.schedule;

import java.util.ArrayDeque;
import java.util.Deque;

/** One flow's requests: those that wait, and how many tokens it has been served. */
final class Flow {
    final Deque<Sequence> waiting = new ArrayDeque<>();

    /** Sequences of the flow that wait or run. */
    int sequences;

    /** Rows computed for the flow, written by the engine's thread alone; counted from where the least served flow stood when this one appeared. */
    volatile long served;
}
