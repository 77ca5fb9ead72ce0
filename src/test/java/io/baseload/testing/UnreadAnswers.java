package io.baseload.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A client that asks for large answers and reads none of them. */
public final class UnreadAnswers {
    private UnreadAnswers() {}

    /**
     * Asks on one connection after the other until an answer is refused because of those that nobody has read (503).
     *
     * @param bytes at least, of each answer in memory
     * @param headers such as {@code Accept: text/csv}
     */
    public static void assertBounded(String url, String key, String route, long bytes, String... headers)
            throws IOException {
        String request = Stream.concat(
                        Stream.of("GET " + route + " HTTP/1.1", "Host: x", "Authorization: Bearer " + key),
                        Stream.of(headers))
                .collect(Collectors.joining("\r\n", "", "\r\n\r\n"));
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
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
                assertThat(status).isIn("HTTP/1.1 200", "HTTP/1.1 503");
            }
        } finally {
            for (Socket socket : unread) {
                socket.close();
            }
        }
        assertThat(unread).as("the first ones found room").hasSizeGreaterThan(1);
    }
}
