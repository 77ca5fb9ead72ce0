package io.baseload.service.backend;

import io.baseload.chat.api.NoRoomForOutputsException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the memory of all vectors from backends together, from their arrival until the client has its answer, or the result of a batch's line is written. Those of one owner may take at
 * most as much as is still free, so half of the memory if there are no others, and there is always some left for the next owner.
 */
final class VectorMemory {
    /** Of a number: itself, and twice its text: while the result of a line is encrypted, there are two. */
    private static final int BYTES = 32;
    /** Of one answer: the largest request for the longest usual vectors, 2048 of 8192 numbers. */
    private static final int MAX_NUMBERS = 1 << 24;

    private static final Duration SOON = Duration.ofSeconds(1);

    private final long limit;
    private final Map<String, Long> owned = new HashMap<>();
    private long taken;

    /** @param limit in numbers */
    VectorMemory(long limit) {
        this.limit = limit;
    }

    /** A quarter of the heap. */
    static VectorMemory ofHeap() {
        return new VectorMemory(Runtime.getRuntime().maxMemory() / 4 / BYTES);
    }

    /** The numbers that one answer may have: its owner's share if there are no others. */
    long mostOfAnswer() {
        return Math.min(MAX_NUMBERS, limit / 2);
    }

    /** The numbers in memory. */
    synchronized long taken() {
        return taken;
    }

    /** The part of one answer, empty at first. */
    Share share(String owner) {
        return new Share(owner);
    }

    private synchronized void take(String owner, long numbers) {
        if (owned.getOrDefault(owner, 0L) + taken + 2 * numbers > limit) {
            throw new NoRoomForOutputsException("Too many vectors are in memory now.", SOON);
        }
        add(owner, numbers);
    }

    private synchronized void add(String owner, long numbers) {
        taken += numbers;
        long now = owned.getOrDefault(owner, 0L) + numbers;
        if (now == 0) {
            owned.remove(owner);
        } else {
            owned.put(owner, now);
        }
    }

    /** The numbers of one answer. Only {@link #close} may be called by another thread than the reader's. */
    final class Share implements AutoCloseable {
        private final String owner;
        private final AtomicLong held = new AtomicLong();
        /** Of those it holds. */
        private long expected;

        private Share(String owner) {
            this.owner = owner;
        }

        long most() {
            return mostOfAnswer();
        }

        /**
         * Takes the expected memory of an answer, so that none is computed for nothing.
         *
         * @throws NoRoomForOutputsException if there is no room for as many, or for the largest answer
         */
        void expect(long numbers) {
            long most = Math.min(numbers, most());
            VectorMemory.this.take(owner, most);
            held.addAndGet(most);
            expected = most;
        }

        /**
         * Takes numbers that have arrived, first from those that were expected.
         *
         * @throws NoRoomForOutputsException if there is no room for them
         */
        void take(int numbers) {
            long more = Math.max(0, numbers - expected);
            if (more > 0) {
                VectorMemory.this.take(owner, more);
                held.addAndGet(more);
            }
            expected -= numbers - more;
        }

        /** Gives back the part that was expected and has not arrived. */
        void complete() {
            long rest = expected;
            expected = 0;
            long before = held.getAndUpdate(all -> Math.max(0, all - rest));
            add(owner, -Math.min(before, rest));
        }

        /** Gives back all that it has. */
        @Override
        public void close() {
            add(owner, -held.getAndSet(0));
        }
    }
}
