package io.baseload.service.backend;

import io.baseload.engine.api.OverloadedException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Limits the memory of all vectors from backends together, from their arrival until the client has its answer. */
final class VectorMemory {
    /** Of a number: itself, and its text in an answer. */
    private static final int BYTES = 24;
    /** Of one answer: the largest request for the longest usual vectors, 2048 of 8192 numbers. */
    private static final int MAX_NUMBERS = 1 << 24;

    private static final Duration SOON = Duration.ofSeconds(1);

    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    /** @param limit in numbers */
    VectorMemory(long limit) {
        this.limit = limit;
    }

    /** A quarter of the heap. */
    static VectorMemory ofHeap() {
        return new VectorMemory(Runtime.getRuntime().maxMemory() / 4 / BYTES);
    }

    /** The numbers that one answer may have: at most half of all, so that there is room for another. */
    long mostOfAnswer() {
        return Math.min(MAX_NUMBERS, limit / 2);
    }

    /** The numbers in memory. */
    long taken() {
        return taken.get();
    }

    /** The part of one answer, empty at first. */
    Share share() {
        return new Share();
    }

    /** The numbers of one answer. Thread-safe. */
    final class Share implements AutoCloseable {
        private final AtomicLong held = new AtomicLong();

        long most() {
            return mostOfAnswer();
        }

        /** @throws OverloadedException if there is no room for them */
        void take(int numbers) {
            if (taken.addAndGet(numbers) > limit) {
                taken.addAndGet(-numbers);
                throw new OverloadedException("Too many vectors are in memory now.", SOON);
            }
            held.addAndGet(numbers);
        }

        /** Gives back all that it has. */
        @Override
        public void close() {
            taken.addAndGet(-held.getAndSet(0));
        }
    }
}
