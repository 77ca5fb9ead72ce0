package io.baseload.service.web;

import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** A connection whose requests are being served, by one thread. While that waits for what the client owes, the connection can be cut. */
final class Exchanging implements AutoCloseable {
    private static final ThreadLocal<@Nullable Exchanging> CURRENT = new ThreadLocal<>();

    private final SocketWrapperBase<?> socket;
    private final Thread thread = Thread.currentThread();
    private boolean owed;
    private long since;
    private long patience;
    private boolean cut;

    Exchanging(SocketWrapperBase<?> socket) {
        this.socket = socket;
        CURRENT.set(this);
    }

    /** Of this thread; null where no {@link HttpProtocol} serves it. */
    static @Nullable Exchanging current() {
        return CURRENT.get();
    }

    /** The client owes something from now on. */
    synchronized void await(long since, long patience) {
        this.owed = true;
        this.since = since;
        this.patience = patience;
    }

    /** The client owes nothing more. */
    synchronized void done() {
        owed = false;
        if (cut) {
            var unused = Thread.interrupted(); // it was meant for the wait
        }
    }

    synchronized void cutIfLate(long now, long mostPatience) {
        if (now - since > Math.min(patience, mostPatience)) {
            cut();
        }
    }

    /** Closes the connection, if the client owes something; the thread's wait ends with an exception. */
    synchronized void cut() {
        if (owed && !cut) {
            cut = true;
            socket.close();
            thread.interrupt();
        }
    }

    @Override
    public void close() {
        done();
        CURRENT.remove();
    }
}
