package io.baseload.engine.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/** One flow's requests: those that wait, and how many tokens it has been served. */
final class Flow {
    final Deque<Sequence> waiting = new ArrayDeque<>();

    /** Sequences of the flow that wait or run. */
    int sequences;

    /** Rows computed for the flow, counted from where the least served flow stood when this one appeared. */
    final AtomicLong served = new AtomicLong();
}
