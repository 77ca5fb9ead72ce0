package io.baseload.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A TCP line to a local PostgreSQL that records what its clients send: the statements of each round trip, at whose end a client waits for the answers to all of them. It can lose such
 * answers. Without TLS.
 */
public final class RecordingLine implements AutoCloseable {
    private static final int PROTOCOL = 3 << 16;
    /** The last message of an answer, from a session without a transaction. */
    private static final byte[] IDLE = {'Z', 0, 0, 0, 5, 'I'};

    private final ServerSocket entrance;
    private final int exit;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<List<String>> trips = new ArrayList<>();
    private final AtomicReference<@Nullable Loss> next = new AtomicReference<>();

    public RecordingLine(int exit) throws IOException {
        this.exit = exit;
        this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /** All round trips so far, in their order. */
    public List<List<String>> trips() {
        synchronized (trips) {
            return List.copyOf(trips);
        }
    }

    /** When a client's connection is cut: once the server has committed, or while it has yet to do so. */
    public enum Moment {
        COMMITTED,
        SENT
    }

    /** An answer that is to be lost. */
    private record Loss(String sql, Moment moment, CompletableFuture<Void> done) {
        boolean concerns(List<String> trip) {
            return !trip.isEmpty()
                    && trip.getLast().equals("COMMIT")
                    && trip.stream().anyMatch(one -> one.contains(sql));
        }
    }

    /**
     * Loses the answer to the next round trip that commits and has a statement with this text: the client's connection is cut, and the server doesn't notice.
     *
     * @return completes as that happens
     */
    public CompletableFuture<Void> loseAnswer(String sql, Moment moment) {
        var loss = new Loss(sql, moment, new CompletableFuture<>());
        next.set(loss);
        return loss.done();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), exit);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                open.add(client);
                open.add(server);
                var session = new Session(client, server);
                Thread.ofVirtual().start(() -> session.run(session::record));
                Thread.ofVirtual().start(() -> session.run(session::answer));
            } catch (IOException e) {
                // the entrance was closed
            }
        }
    }

    private interface Transfer {
        void run() throws IOException;
    }

    /** A client's connection, its statements by their names, and those of the present round trip. */
    private final class Session {
        private final Socket client;
        private final Socket server;
        private final Map<String, String> named = new HashMap<>();
        private final List<String> trip = new ArrayList<>();
        private volatile @Nullable Loss loss;

        Session(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        /** One side that is gone takes the other along, except where its end is to stay unnoticed. */
        void run(Transfer transfer) {
            try {
                transfer.run();
            } catch (IOException e) {
                // one side is gone
            } finally {
                close(client);
                if (loss == null) {
                    close(server);
                }
            }
        }

        void answer() throws IOException {
            var in = server.getInputStream();
            var lost = new ByteArrayOutputStream();
            byte[] some = new byte[1 << 13];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                var losing = loss;
                if (losing == null) {
                    client.getOutputStream().write(some, 0, count);
                } else {
                    lost.write(some, 0, count);
                    if (losing.moment() == Moment.COMMITTED && endsIdle(lost.toByteArray())) {
                        cut(losing);
                    }
                }
            }
        }

        private static boolean endsIdle(byte[] answer) {
            int from = answer.length - IDLE.length;
            return from >= 0 && Arrays.equals(answer, from, answer.length, IDLE, 0, IDLE.length);
        }

        private void cut(Loss losing) {
            losing.done().complete(null);
            close(client);
        }

        void record() throws IOException {
            var in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            var out = new DataOutputStream(new BufferedOutputStream(server.getOutputStream()));
            int code;
            do {
                int length = in.readInt();
                code = in.readInt();
                out.writeInt(length);
                out.writeInt(code);
                out.write(in.readNBytes(length - 2 * Integer.BYTES));
                out.flush();
            } while (code != PROTOCOL);
            while (true) {
                byte type = in.readByte();
                int length = in.readInt();
                byte[] body = in.readNBytes(length - Integer.BYTES);
                sends(type, body);
                out.writeByte(type);
                out.writeInt(length);
                out.write(body);
                if (in.available() == 0) {
                    out.flush();
                }
                var losing = loss;
                if (losing != null && losing.moment() == Moment.SENT) {
                    out.flush();
                    cut(losing);
                }
            }
        }

        private void sends(byte type, byte[] body) {
            switch (type) {
                case 'P' -> named.put(text(body, 0), text(body, 1)); // parse: name, statement
                case 'B' -> trip.add(named.get(text(body, 1))); // bind: portal, name
                case 'Q' -> {
                    trip.add(text(body, 0));
                    if (!trip.getLast().equals("BEGIN")) { // which the driver sends along with what follows
                        end();
                    }
                }
                case 'S' -> end(); // synchronize
                default -> {}
            }
        }

        private void end() {
            synchronized (trips) {
                trips.add(List.copyOf(trip));
            }
            var wanted = next.get();
            if (wanted != null && wanted.concerns(trip) && next.compareAndSet(wanted, null)) {
                loss = wanted;
            }
            trip.clear();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of the texts with which a message begins. Each ends with a zero. */
    private static String text(byte[] body, int index) {
        return new String(body, StandardCharsets.UTF_8).split("\0", index + 2)[index].strip();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        open.forEach(RecordingLine::close);
    }
}
