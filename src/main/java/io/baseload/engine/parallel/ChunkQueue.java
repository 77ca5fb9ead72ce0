package io.baseload.engine.parallel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * The chunks of one worker's share of an operator. Their owner takes them from the front; workers without work take them from the back (work stealing, Blumofe and Leiserson, 1999). Each
 * chunk is taken once. The owner's writes before {@link #open} are visible to workers that take a chunk, and must not change until these have called {@link #finish}; their writes before
 * that are visible to the owner after {@link #awaitOthers}.
 *
 * <p>Cost: an atomic operation on a cache line for each chunk, so chunks should be worth some microseconds.
 */
public final class ChunkQueue {
    public static final int MAX_CHUNKS = (1 << 16) - 1;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    /** Each number has its own cache line. */
    private static final int LINE = 16;

    /** The open chunks: {@code operator << 32 | first << 16 | end}. */
    private static final int OPEN = LINE;

    /** Number of chunks that others have finished. */
    private static final int FINISHED = 2 * LINE;

    private static final int BITS = 16;

    private static final int SPINS = 4096;
    private static final long NAP_NANOS = 50_000;

    /** The time that a team waits before a worker counts as lost. */
    private static final long MAX_NAPS = Team.LOST_NAPS * Signal.NAP_NANOS / NAP_NANOS;

    private final long[] cells = new long[4 * LINE];

    /** Used only by the owner. */
    private int operator;

    private int given;

    /** For the owner: offers chunks 0 … n − 1 of its next operator. */
    public void open(int chunks) {
        operator++;
        given = chunks;
        CELL.setOpaque(cells, FINISHED, 0L);
        CELL.setVolatile(cells, OPEN, (long) operator << 2 * BITS | chunks);
    }

    /** For the owner, if it fails: withdraws the remaining chunks. */
    public void close() {
        CELL.setVolatile(cells, OPEN, (long) operator << 2 * BITS);
    }

    /** For the owner: takes the first remaining chunk; −1 if there is none. */
    public int takeFirst() {
        while (true) {
            long open = (long) CELL.getVolatile(cells, OPEN);
            int first = first(open);
            if (first == end(open)) {
                return -1;
            }
            if (CELL.compareAndSet(cells, OPEN, open, open + (1L << BITS))) {
                given--;
                return first;
            }
        }
    }

    /** For other workers: the operator with remaining chunks; −1 if there is none. */
    public long operator() {
        long open = (long) CELL.getVolatile(cells, OPEN);
        return first(open) == end(open) ? -1 : open >>> 2 * BITS;
    }

    /** For other workers: takes the last remaining chunk of this operator; −1 if there is none. */
    public int takeLast(long operator) {
        while (true) {
            long open = (long) CELL.getVolatile(cells, OPEN);
            if (open >>> 2 * BITS != operator || first(open) == end(open)) {
                return -1;
            }
            if (CELL.compareAndSet(cells, OPEN, open, open - 1)) {
                return end(open) - 1;
            }
        }
    }

    /** For a worker that has taken a chunk from the back: reports that it is finished. */
    public void finish() {
        CELL.getAndAdd(cells, FINISHED, 1L);
    }

    /**
     * For the owner, when no chunks remain: waits until those taken by others are finished.
     *
     * @throws WorkerLostException if they aren't within two minutes
     */
    public void awaitOthers() {
        for (int i = 0; i < SPINS; i++) {
            if (finished()) {
                return;
            }
            Thread.onSpinWait();
        }
        for (long naps = 0; !finished(); naps++) {
            if (naps == MAX_NAPS) {
                throw new WorkerLostException("a worker that has taken over a part of an operator hasn't finished it");
            }
            LockSupport.parkNanos(this, NAP_NANOS);
        }
    }

    private boolean finished() {
        return (long) CELL.getVolatile(cells, FINISHED) == given;
    }

    private static int first(long open) {
        return (int) (open >>> BITS) & MAX_CHUNKS;
    }

    private static int end(long open) {
        return (int) open & MAX_CHUNKS;
    }
}
