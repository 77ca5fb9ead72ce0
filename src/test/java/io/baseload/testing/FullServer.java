package io.baseload.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A server whose queue of connections is full, so that new ones wait: as with a host that drops packets. */
public final class FullServer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 2_000;

    private final ServerSocket socket;
    private final List<Socket> waiting = new ArrayList<>();

    public FullServer() throws IOException {
        socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        boolean full = false;
        while (!full) {
            var next = new Socket();
            waiting.add(next);
            try {
                next.connect(socket.getLocalSocketAddress(), PATIENCE_MILLIS);
            } catch (SocketTimeoutException e) {
                full = true;
            }
        }
    }

    public String url() {
        return "http://127.0.0.1:" + socket.getLocalPort() + "/v1";
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (var one : waiting) {
                one.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
