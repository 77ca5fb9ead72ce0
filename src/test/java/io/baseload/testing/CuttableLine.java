package io.baseload.testing;

import io.baseload.service.database.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A TCP line to a local port that can be cut, fall silent and be mended: a server that is gone or hangs for a while, as its clients see it. */
public final class CuttableLine implements AutoCloseable {
    private final ServerSocket entrance;
    private final int exit;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile CountDownLatch flow = new CountDownLatch(0);

    public CuttableLine(int exit) throws IOException {
        this.exit = exit;
        this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /**
     * Configuration of a service that reaches a database through this line.
     *
     * @param more further settings
     */
    public String[] to(EmbeddedDatabase database, String... more) {
        List<String> all = List.of(
                "spring.datasource.url=jdbc:postgresql://localhost:" + port() + "/baseload",
                "spring.datasource.username=baseload_app",
                "spring.datasource.password=" + database.password("baseload_app"),
                "spring.flyway.user=baseload_owner",
                "spring.flyway.password=" + database.password("baseload_owner"),
                // requests that wait for the database are told within seconds that it is gone
                "spring.datasource.hikari.connection-timeout=10000",
                "baseload.quota.settle-wait=1s",
                // an answer may run longer than the default on a slow machine
                "baseload.quota.lease=1h");
        return Stream.concat(all.stream(), Stream.of(more)).toArray(String[]::new);
    }

    /** Breaks all connections and refuses new ones. */
    public void cut() {
        cut = true;
        open.forEach(CuttableLine::close);
    }

    /** Holds back what both sides send, also on new connections, which are accepted: the server has been stopped, or its network drops everything. */
    public void fallSilent() {
        flow = new CountDownLatch(1);
    }

    public void mend() {
        cut = false;
        flow.countDown();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                if (cut) {
                    client.close();
                } else {
                    join(client, new Socket(InetAddress.getLoopbackAddress(), exit));
                }
                if (cut) { // just now
                    open.forEach(CuttableLine::close);
                }
            } catch (IOException e) {
                // the entrance was closed, or the exit is not there
            }
        }
    }

    private void join(Socket client, Socket server) {
        open.add(client);
        open.add(server);
        Thread.ofVirtual().start(() -> pump(client, server));
        Thread.ofVirtual().start(() -> pump(server, client));
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            byte[] bytes = new byte[8192];
            int read;
            while ((read = from.getInputStream().read(bytes)) >= 0) {
                flow.await();
                to.getOutputStream().write(bytes, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            // one side is gone, so the other goes too
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        cut();
        flow.countDown();
        entrance.close();
    }
}
