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
    private static final long NOT_WAITING = 0;

    private final InputStream body;
    private final ServerEvents events = new ServerEvents(this::read);
    private final Duration idle;
    private final Consumer<AnswerStream> closed;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile long waitingSince = NOT_WAITING;
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
        try {
            Optional<ServerEvents.Event> event = events.next();
            checkInTime();
            return event;
        } catch (IOException e) {
            checkInTime();
            throw e;
        }
    }

    private void checkInTime() {
        if (late) {
            throw new UpstreamException(
                    Reason.TIMEOUT,
                    "The backend sent nothing for " + idle.toMillis() + " ms; the answer is incomplete.");
        }
    }

    private int read(byte[] into) throws IOException {
        waitingSince = System.nanoTime() | 1;
        try {
            return body.read(into);
        } finally {
            waitingSince = NOT_WAITING;
        }
    }

    /** Ends the wait of the reader, if it has lasted too long. */
    void closeIfIdle(long now) {
        long since = waitingSince;
        if (since != NOT_WAITING && now - since > idle.toNanos()) {
            late = true;
            close();
        }
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
