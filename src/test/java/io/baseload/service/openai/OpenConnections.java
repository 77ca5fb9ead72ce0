package io.baseload.service.openai;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Connections on which a test begins something, and which stay open until its end. */
final class OpenConnections implements AutoCloseable {
    static final String HALF_A_HEADER = "GET /v1/models HTTP/1.1\r\nHost: x\r\nX-A: ";
    static final String HALF_A_BODY =
            RawConnection.post("/v1/chat/completions", " ".repeat(500)).stripTrailing() + "\r\n\r\n{";

    private final List<RawConnection> open = new ArrayList<>();

    RawConnection begin(int port, String text) throws IOException {
        var connection = new RawConnection(port);
        open.add(connection);
        connection.send(text);
        return connection;
    }

    void begin(int port, int count, String text) throws IOException {
        for (int i = 0; i < count; i++) {
            begin(port, text);
        }
    }

    /** On a connection whose system accepts little that nobody reads. */
    RawConnection beginNarrow(int port, String text) throws IOException {
        var connection = RawConnection.narrow(port);
        open.add(connection);
        connection.send(text);
        return connection;
    }

    /** Reads a little from each; forgets those that are gone. */
    void read(int bytes) {
        open.removeIf(connection -> {
            try {
                return connection.read(bytes) < bytes;
            } catch (IOException gone) {
                return true;
            }
        });
    }

    /** Sends a text to each, as clients do that want to be no client that has fallen silent; forgets those that are gone. */
    void trickle(String text) {
        open.removeIf(connection -> {
            try {
                connection.send(text);
                return false;
            } catch (IOException gone) {
                return true;
            }
        });
    }

    /** Those that are not known to be gone, in the order in which they were begun. */
    List<RawConnection> all() {
        return List.copyOf(open);
    }

    @Override
    public void close() throws IOException {
        for (RawConnection connection : open) {
            connection.close();
        }
    }
}
