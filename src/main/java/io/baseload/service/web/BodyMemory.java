package io.baseload.service.web;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the bodies of all requests may take together. Clients may send slowly, so many large bodies could lie in the heap half read; those that find
 * no room are refused, while small ones, which are nearly all, need none.
 */
final class BodyMemory {
    /** Up to this size a body is not counted: as many connections as there may be don't fill a heap with so little each. */
    private static final long SMALL = 64 << 10;

    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    BodyMemory(long limit) {
        this.limit = limit;
    }

    /** A sixteenth of the heap: the text and the tree that are made of a body take some more. */
    static BodyMemory ofHeap() {
        return new BodyMemory(
                Math.max(2 * BodyLimit.MAX_BYTES, Runtime.getRuntime().maxMemory() / 16));
    }

    /** Counts a body that grows; also where there is no room for it, until it is {@link #free}. */
    boolean grow(long before, long now) {
        long more = large(now) - large(before);
        return more == 0 || taken.addAndGet(more) <= limit;
    }

    void free(long size) {
        taken.addAndGet(-large(size));
    }

    static ApiError full() {
        return ApiError.unavailable("overloaded", "Too many large bodies are being read now.", Duration.ofSeconds(1));
    }

    private static long large(long size) {
        return Math.max(0, size - SMALL);
    }
}
