package io.baseload.service.web;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.OptionalLong;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** A connection whose requests are being served, by one thread. While the thread waits for data that the client has to send or receive, the connection can be closed. */
final class ServedConnection implements AutoCloseable {
    private static final ThreadLocal<@Nullable ServedConnection> CURRENT = new ThreadLocal<>();

    private final SocketWrapperBase<?> socket;
    private final @Nullable SocketChannel channel;
    private final Thread thread = Thread.currentThread();
    private int requests;
    private boolean owed;
    private long since;
    private long patience;
    private boolean unread;
    private long unreadSince;
    private long written;
    private boolean cut;
    private boolean shut;

    ServedConnection(SocketWrapperBase<?> socket) {
        this.socket = socket;
        this.channel =
                socket instanceof NioSocketWrapper open ? open.getSocket().getIOChannel() : null;
        CURRENT.set(this);
    }

    /** The one of this thread; null if it isn't serving a {@link HttpProtocol} connection. */
    static @Nullable ServedConnection current() {
        return CURRENT.get();
    }

    /** The client no longer has to act for the request before. Returns the number of the new one. */
    synchronized int beginRequest() {
        done();
        return ++requests;
    }

    /** From now on the client has to act. */
    synchronized void await(long since, long patience) {
        this.owed = true;
        this.since = since;
        this.patience = patience;
    }

    /** The client no longer has to act. */
    synchronized void done() {
        owed = false;
        if (cut) {
            var unused = Thread.interrupted(); // the interrupt was meant for the wait
        }
    }

    /** Looks whether the client has to read before the thread can write on. It counts as one that doesn't read from when the thread could last write. */
    synchronized void look(long now) {
        boolean seen = isUnread();
        if (!seen || !unread || hasWritten()) {
            unreadSince = now;
            written = lastWrite();
        }
        unread = seen;
    }

    private boolean isUnread() {
        return socket instanceof NioSocketWrapper waiting && waiting.interestOpsHas(SelectionKey.OP_WRITE);
    }

    /** Since it was last looked at. */
    private boolean hasWritten() {
        return lastWrite() != written;
    }

    private long lastWrite() {
        return socket instanceof NioSocketWrapper waiting ? waiting.getLastWrite() : 0;
    }

    /** For how long the client has had to act or to read; empty if it doesn't have to. */
    synchronized OptionalLong waitSoFar(long now) {
        look(now);
        if (cut || !owed && (!unread || shut)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(now - (owed ? since : unreadSince));
    }

    synchronized void cutIfLate(long now) {
        if (now - since > patience) {
            cut();
        }
    }

    /** Closes the connection if the client has to act or to read. Returns whether it did. What has come already is for the thread to read, and no fault of the client. */
    synchronized boolean giveWay() {
        return owed
                ? (channel == null || !hasUnreadData(channel)) && end()
                : unread && isUnread() && !hasWritten() && endWriting();
    }

    /** Whether there are bytes that nobody has read yet. Asks the system, because a read would take them from whoever is to read them, and fails before a TLS handshake. */
    static boolean hasUnreadData(SocketChannel channel) {
        try {
            return channel.socket().getInputStream().available() > 0;
        } catch (IOException left) {
            return false;
        }
    }

    /** The thread's write then ends with an exception; if that has just ended, its next one does, and whatever else it does meanwhile is not disturbed. */
    private boolean endWriting() {
        if (cut || shut || channel == null) {
            return false;
        }
        shut = true;
        try {
            channel.shutdownOutput();
            return true;
        } catch (IOException e) {
            return false; // it has just been closed
        }
    }

    private void cut() {
        if (owed) {
            end();
        }
    }

    /** The thread's wait then ends with an exception. False if it has been closed before. */
    private boolean end() {
        if (cut) {
            return false;
        }
        cut = true;
        socket.close();
        thread.interrupt();
        return true;
    }

    /** Closes the connection if the client has to act, unless the request of this number has ended meanwhile. */
    synchronized void cut(int request) {
        if (request == requests) {
            cut();
        }
    }

    /** Whether it has been closed here: nobody will read the answer. */
    synchronized boolean isCut() {
        return cut || shut;
    }

    /**
     * Whether the client has closed its side of the connection. For the serving thread, once the body has been read. Data for a next request stays in the buffer, and hides that the
     * client has left.
     */
    boolean hasClientLeft() {
        try {
            socket.isReadyForRead();
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        done();
        CURRENT.remove();
    }
}
