package io.baseload.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/** A client that asks for large answers and reads none of them. */
public final class UnreadAnswers {
    private UnreadAnswers() {}

    /**
     * Asks on one connection after the other until an answer is refused because of those that nobody has read (503).
     *
     * @param bytes at least, of each answer in memory
     */
    public static void assertBounded(String url, String key, String route, long bytes) throws IOException {
        long most = Runtime.getRuntime().maxMemory() / 16 / bytes;
        var unread = new ArrayList<Socket>();
        try {
            String status = "";
            while (!status.startsWith("HTTP/1.1 503")) {
                assertThat((long) unread.size()).as("answers in memory").isLessThanOrEqualTo(most);
                var socket = new Socket();
                unread.add(socket);
                socket.setReceiveBufferSize(4 << 10);
                socket.connect(
                        new InetSocketAddress("localhost", URI.create(url).getPort()));
                socket.getOutputStream()
                        .write(("GET " + route + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            }
        } finally {
            for (Socket socket : unread) {
                socket.close();
            }
        }
        assertThat(unread).as("the first ones found room").hasSizeGreaterThan(1);
    }
}
