package io.baseload.service.web;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 that slow clients can't block. Tomcat's timeouts apply to each read, so a client that sends single bytes could keep its connection for ever. Here, each part that a
 * client sends has one overall deadline: the headers from their first byte, a body, the rest of a refused body. A sweep, several times a second, closes connections that are late.
 *
 * <p>The number of connections is limited by the heap, because each uses up to {@value #BYTES_EACH} bytes once its headers have arrived. When they run short, deadlines do too:
 * with three quarters in use, a client has {@value #CROWDED_SECONDS} seconds, and connections idle between two requests are closed. An honest client sends its headers within
 * milliseconds, so the closed connections are attackers'. Running answers are never cut.
 *
 * <p>Tomcat creates it by its class name. Cost: a walk over all connections in each sweep, a few hundred microseconds for thousands of them.
 */
public final class HttpProtocol extends Http11NioProtocol {
    /** Buffers, objects and the thread's stack of a connection whose headers have arrived, measured with 1,000 of them: 137 KB each. */
    static final int BYTES_EACH = 160 << 10;

    private static final int CROWDED_SECONDS = 2;
    private static final int BUFFER = 4 << 10;
    private static final int MAX_KEPT_CHANNELS = 256;
    private static final int BACKLOG = 1024;
    private static final int SWEEP_MILLIS = 250;

    private final Map<SocketWrapperBase<?>, ServedConnection> busy = new ConcurrentHashMap<>();
    private @Nullable ScheduledFuture<?> sweeps;

    public HttpProtocol() {
        var buffers = getEndpoint().getSocketProperties();
        buffers.setAppReadBufSize(BUFFER);
        buffers.setAppWriteBufSize(BUFFER);
        buffers.setBufferPool(MAX_KEPT_CHANNELS);
        setAcceptCount(BACKLOG);
        setMaxConnections(connections(Runtime.getRuntime().maxMemory()));
    }

    /** A quarter of the heap, shared by all connections. */
    static int connections(long heap) {
        return (int) Math.clamp(heap / 4 / BYTES_EACH, 64, 20_000);
    }

    @Override
    public void start() throws Exception {
        super.start();
        sweeps = getUtilityExecutor()
                .scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
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

    private void sweep() {
        long now = System.nanoTime();
        boolean crowded = getEndpoint().getConnectionCount() > 3L * getMaxConnections() / 4;
        for (SocketWrapperBase<NioChannel> socket : getEndpoint().getConnections()) {
            @Nullable ServedConnection connection = busy.get(socket);
            if (connection != null) {
                connection.cutIfLate(now, crowded ? TimeUnit.SECONDS.toNanos(CROWDED_SECONDS) : Long.MAX_VALUE);
            } else if (isLate(socket, now, crowded)) {
                getEndpoint().processSocket(socket, SocketEvent.ERROR, true);
            }
        }
    }

    /** For a connection whose request has not arrived yet. One whose data nobody has looked at so far, because the machine is busy, is not late. */
    private boolean isLate(SocketWrapperBase<NioChannel> socket, long now, boolean crowded) {
        if (!(socket instanceof NioSocketWrapper idle) || !idle.interestOpsHas(SelectionKey.OP_READ)) {
            return false;
        }
        long patience = crowded ? TimeUnit.SECONDS.toMillis(CROWDED_SECONDS) : getConnectionTimeout();
        if (socket.getCurrentProcessor() instanceof Processor waiting) {
            long begun = waiting.getRequest().getStartTimeNanos();
            return !waiting.isAsync() && begun > 0 && now - begun > TimeUnit.MILLISECONDS.toNanos(patience);
        }
        return crowded && System.currentTimeMillis() - idle.getLastRead() > patience;
    }
}
