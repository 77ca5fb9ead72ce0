package io.baseload.service.backend;

import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** An answer arriving from a backend. Closing it closes the connection, which tells the backend that the rest is not wanted. */
final class AnswerStream implements AutoCloseable {
    private static final long NEVER = 0;
    /** How long the end of a stream may come after its last event. */
    private static final Duration REST = Duration.ofSeconds(1);

    private final InputStream body;
    private final ServerEvents events = new ServerEvents(into -> read(into, 0, into.length));
    private final Duration idle;
    private final Consumer<AnswerStream> closed;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile long waitingSince = NEVER;
    private volatile long drainingSince = NEVER;
    private volatile boolean late;

    /**
     * @param idle the longest time without a byte
     * @param closed runs once when this is closed
     */
    AnswerStream(InputStream body, Duration idle, Consumer<AnswerStream> closed) {
        this.body = body;
        this.idle = idle;
        this.closed = closed;
    }

    /**
     * The next event; empty at the end.
     *
     * @throws UpstreamException if it doesn't come in time
     * @throws IOException if the connection breaks, or was closed
     */
    Optional<ServerEvents.Event> next() throws IOException {
        return events.next();
    }

    /** The answer as bytes, if it is not a stream of events. Reading fails as {@link #next} does, or if there are more bytes than that. */
    InputStream bytes(long most) {
        return new InputStream() {
            private long left = most;

            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                int count = AnswerStream.this.read(into, from, length);
                left -= count;
                if (left < 0) {
                    throw new UpstreamException(
                            Reason.FAILED, "The backend sent an answer of more than " + most + " bytes.");
                }
                return count;
            }
        };
    }

    private void checkInTime() {
        if (late) {
            throw new UpstreamException(
                    Reason.TIMEOUT,
                    "The backend sent nothing for " + idle.toMillis() + " ms; the answer is incomplete.");
        }
    }

    private int read(byte[] into, int from, int length) throws IOException {
        waitingSince = System.nanoTime() | 1;
        try {
            int count = body.read(into, from, length);
            checkInTime();
            return count;
        } catch (IOException e) {
            checkInTime();
            throw e;
        } finally {
            waitingSince = NEVER;
        }
    }

    /** Reads the data after the last event, so that the connection can serve the next request. If its end doesn't come soon, the connection is closed instead. */
    void drain() {
        drainingSince = System.nanoTime() | 1;
        try {
            while (!isClosed() && next().isPresent()) {
                // nothing of it is wanted
            }
        } catch (IOException | UpstreamException e) {
            // then it is closed
        }
    }

    /** Ends the wait of the reader, if it has lasted too long. */
    void closeIfLate(long now) {
        if (hasPassed(REST, drainingSince, now)) {
            close();
        } else if (hasPassed(idle, waitingSince, now)) {
            late = true;
            close();
        }
    }

    private static boolean hasPassed(Duration limit, long since, long now) {
        return since != NEVER && now - since > limit.toNanos();
    }

    boolean isClosed() {
        return !open.get();
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            try {
                body.close();
            } catch (IOException e) {
                // it is given up in any case
            } finally {
                closed.accept(this);
            }
        }
    }
}
