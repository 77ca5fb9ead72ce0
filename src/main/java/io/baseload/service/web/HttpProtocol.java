package io.baseload.service.web;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 that slow clients can't block. Tomcat's timeouts apply to each read, so a client that sends single bytes could keep its connection for ever. Here, each part that a
 * client sends has one overall deadline: the headers from their first byte, a body, the rest of a refused body. A sweep, several times a second, closes connections that are late.
 *
 * <p>The number of connections is limited by the heap, because each uses up to {@value #BYTES_EACH} bytes once its headers have arrived. If all are in use, a new one does not
 * wait: those that have waited longest for their client, for a header, for a body, for it to read an answer or for the next request, are closed. A client that sends its request at
 * once and reads the answer is not among them; those that are idle between two requests and slow uploads may be, and downloads that have come to a halt: how long one has waited counts
 * from when its client last made room for more. Each has a quarter of a second in any case, and none whose data nobody has looked at gives way. An answer that is being made, or that
 * its client reads, is never cut.
 *
 * <p>If new connections had to wait for deadlines, somebody who opens them faster would fill the system's queue of connections that nobody has accepted. It then drops whatever
 * comes, and resets those of honest clients after some seconds.
 *
 * <p>Tomcat creates it by its class name. Cost: a walk over all connections in each sweep, a few hundred microseconds for thousands of them.
 */
public final class HttpProtocol extends Http11NioProtocol {
    /** Buffers, objects and the thread's stack of a connection whose headers have arrived, measured with 1,000 of them: 137 KB each. */
    static final int BYTES_EACH = 160 << 10;

    private static final int BUFFER = 4 << 10;
    private static final int SWEEP_MILLIS = 250;

    /** Nobody has to give way earlier. */
    private static final long MIN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** The part of all connections that is closed at a time, so that not every new one has to look for the oldest. */
    private static final int CLOSED_AT_ONCE = 8;

    private final Map<SocketWrapperBase<?>, ServedConnection> busy = new ConcurrentHashMap<>();
    private @Nullable ScheduledFuture<?> sweeps;

    public HttpProtocol() {
        this(new Endpoint());
    }

    private HttpProtocol(Endpoint endpoint) {
        super(endpoint);
        var handler = new UnlistedProcessors(this);
        endpoint.setHandler(handler);
        setHandler(handler);
        endpoint.whenFull = this::closeOldest;
        var buffers = endpoint.getSocketProperties();
        buffers.setAppReadBufSize(BUFFER);
        buffers.setAppWriteBufSize(BUFFER);
        // a thread whose connection another one closes may be about to read from its channel: by then that must not be
        // the next client's
        buffers.setBufferPool(0);
        setMaxConnections(connections(Runtime.getRuntime().maxMemory()));
    }

    /** Makes room before it accepts a connection. */
    private static final class Endpoint extends NioEndpoint {
        private Runnable whenFull = () -> {};

        @Override
        protected void countUpOrAwaitConnection() throws InterruptedException {
            if (isFull(getConnectionCount(), getMaxConnections())) {
                whenFull.run();
            }
            super.countUpOrAwaitConnection();
        }
    }

    /**
     * Lists no processors for JMX, which nothing here reads: Tomcat would take one lock for all connections, twice for each beyond the 200 whose processors it keeps, and under an
     * attack hundreds of threads wait for it. With {@code server.tomcat.mbeanregistry.enabled} the metrics {@code tomcat.global} are therefore always 0.
     */
    private static final class UnlistedProcessors extends ConnectionHandler<NioChannel> {
        UnlistedProcessors(HttpProtocol protocol) {
            super(protocol);
        }

        @Override
        protected void register(Processor processor) {}

        @Override
        protected void unregister(Processor processor) {}
    }

    /** @param max -1 if there is no limit */
    private static boolean isFull(long connections, int max) {
        return max > 0 && connections >= max;
    }

    /** A quarter of the heap, shared by all connections. */
    static int connections(long heap) {
        return (int) Math.clamp(heap / 4 / BYTES_EACH, 64, 20_000);
    }

    @Override
    public void start() throws Exception {
        super.start();
        sweeps = getUtilityExecutor()
                .scheduleWithFixedDelay(this::sweepSafely, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() throws Exception {
        if (sweeps != null) {
            sweeps.cancel(false);
        }
        super.stop();
    }

    @Override
    protected Processor createProcessor() {
        return new Http11Processor(this, getAdapter()) {
            @Override
            public SocketState service(SocketWrapperBase<?> socket) throws IOException {
                try (var connection = new ServedConnection(socket)) {
                    busy.put(socket, connection);
                    return super.service(socket);
                } finally {
                    busy.remove(socket);
                }
            }
        };
    }

    /** An exception would end all further sweeps. */
    private void sweepSafely() {
        try {
            sweep();
        } catch (RuntimeException e) {
            getLog().error("connections could not be looked at", e);
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        long patience = TimeUnit.MILLISECONDS.toNanos(getConnectionTimeout());
        Set<SocketWrapperBase<NioChannel>> all = getEndpoint().getConnections();
        for (SocketWrapperBase<NioChannel> socket : all) {
            @Nullable ServedConnection connection = busy.get(socket);
            if (connection != null) {
                connection.look(now);
                connection.cutIfLate(now);
            } else if (socket instanceof NioSocketWrapper idle && isAwaited(idle)) {
                headerSoFar(idle, now).ifPresent(nanos -> {
                    if (nanos > patience) {
                        getEndpoint().processSocket(socket, SocketEvent.ERROR, true);
                    }
                });
            }
        }
        if (isFull(all.size(), getMaxConnections())) {
            closeOldest(); // none may have been waiting when the last connection was accepted
        }
    }

    /** Closes those that have waited longest for their client. */
    private void closeOldest() {
        long now = System.nanoTime();
        List<Waiting> waiting = new ArrayList<>();
        for (SocketWrapperBase<NioChannel> socket : getEndpoint().getConnections()) {
            waitSoFar(socket, now).ifPresent(nanos -> waiting.add(new Waiting(socket, nanos)));
        }
        waiting.removeIf(one -> one.nanos < MIN_WAIT_NANOS);
        waiting.sort(Comparator.comparingLong(Waiting::nanos).reversed());
        int left = Math.max(1, getMaxConnections() / CLOSED_AT_ONCE);
        for (int i = 0; i < waiting.size() && left > 0; i++) {
            left -= giveWay(waiting.get(i).socket) ? 1 : 0;
        }
    }

    private record Waiting(SocketWrapperBase<NioChannel> socket, long nanos) {}

    /** For how long the client has had to act; empty if it doesn't have to. */
    private OptionalLong waitSoFar(SocketWrapperBase<NioChannel> socket, long now) {
        @Nullable ServedConnection connection = busy.get(socket);
        if (connection != null) {
            return connection.waitSoFar(now);
        }
        return socket instanceof NioSocketWrapper idle && isAwaited(idle)
                ? OptionalLong.of(headerSoFar(idle, now).orElseGet(() -> silence(idle)))
                : OptionalLong.empty();
    }

    /** Whether its client has to act: the poller waits for it, and has noticed nothing. */
    private static boolean isAwaited(NioSocketWrapper idle) {
        @Nullable SocketChannel channel = idle.getSocket().getIOChannel(); // null if it has just been closed
        return channel != null
                && channel.isRegistered()
                && idle.interestOpsHas(SelectionKey.OP_READ)
                && !(idle.getCurrentProcessor() instanceof Processor begun && begun.isAsync());
    }

    /** Since the first byte of a header; empty if there is none. */
    private static OptionalLong headerSoFar(NioSocketWrapper idle, long now) {
        long begun = idle.getCurrentProcessor() instanceof Processor waiting
                ? waiting.getRequest().getStartTimeNanos()
                : -1;
        return begun > 0 ? OptionalLong.of(now - begun) : OptionalLong.empty();
    }

    private static long silence(NioSocketWrapper idle) {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - idle.getLastRead());
    }

    /** Closes a connection, unless something has come. In this thread: others may be waiting for processors, which is when connections run short. */
    private boolean giveWay(SocketWrapperBase<NioChannel> socket) {
        @Nullable ServedConnection connection = busy.get(socket);
        if (connection != null) {
            return connection.giveWay();
        }
        if (!(socket instanceof NioSocketWrapper idle) || !idle.getLock().tryLock()) {
            return false;
        }
        try {
            return isAwaited(idle)
                    && !ServedConnection.hasUnreadData(idle.getSocket().getIOChannel())
                    && getEndpoint().processSocket(idle, SocketEvent.ERROR, false);
        } finally {
            idle.getLock().unlock();
        }
    }
}
