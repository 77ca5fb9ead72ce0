package io.baseload.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP line to a local PostgreSQL that records what its clients send: the statements of each round trip, at whose end a client waits for the answers to all of them. Without TLS. */
public final class RecordingLine implements AutoCloseable {
    private static final int PROTOCOL = 3 << 16;

    private final ServerSocket entrance;
    private final int exit;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<List<String>> trips = new ArrayList<>();

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

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), exit);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                open.add(client);
                open.add(server);
                Thread.ofVirtual().start(() -> record(client, server));
                Thread.ofVirtual().start(() -> pass(server, client));
            } catch (IOException e) {
                // the entrance was closed
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one side is gone, so the other goes too
        }
    }

    private void record(Socket client, Socket server) {
        try (client;
                server) {
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
            var session = new Session();
            while (true) {
                byte type = in.readByte();
                int length = in.readInt();
                byte[] body = in.readNBytes(length - Integer.BYTES);
                session.sends(type, body);
                out.writeByte(type);
                out.writeInt(length);
                out.write(body);
                if (in.available() == 0) {
                    out.flush();
                }
            }
        } catch (IOException e) {
            // one side is gone, so the other goes too
        }
    }

    /** A client's statements by their names, and those of the present round trip. */
    private final class Session {
        private final Map<String, String> named = new HashMap<>();
        private final List<String> trip = new ArrayList<>();

        void sends(byte type, byte[] body) {
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
            trip.clear();
        }
    }

    /** One of the texts with which a message begins. Each ends with a zero. */
    private static String text(byte[] body, int index) {
        return new String(body, StandardCharsets.UTF_8).split("\0", index + 2)[index].strip();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        for (Socket one : open) {
            one.close();
        }
    }
}
