package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Receives messages of RFC 5424 over TLS, framed by their length (RFC 5425).
 *
 * <p>That protocol has no acknowledgements. So each batch has its own connection, whose sending side is closed after the last byte; the receiver has accepted the batch when it
 * closes the other side, which it does after reading to the end. A connection that breaks before, or a receiver that has not read and closed in time, is a failure, and the batch
 * is sent again. A receiver that closes normally without reading is believed, because the protocol can't tell the difference.
 */
record SyslogReceiver(SSLContext tls, String host, int port, String from, EntryFormat format, Duration patience)
        implements Receiver {
    static final int STANDARD_PORT = 6514;
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Facility 13, log audit; severity 6, informational. */
    private static final String PRIORITY = "<110>1 ";

    private static final int MAX_ID = 32;

    @Override
    public int send(List<AuditEntry> entries) throws IOException {
        int millis = Math.toIntExact(patience.toMillis());
        try (var plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), millis);
            var taken = closedIfLate(plain, millis);
            try (var socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, port, true)) {
                socket.setSoTimeout(millis);
                var parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                var out = new BufferedOutputStream(socket.getOutputStream());
                for (AuditEntry entry : entries) {
                    out.write(frame(entry));
                }
                out.flush();
                socket.shutdownOutput();
                if (socket.getInputStream().read() >= 0) {
                    throw new IOException("it answered, which a receiver of syslog never does");
                }
            } finally {
                taken.complete(true);
            }
        }
        return entries.size();
    }

    /** A write has no timeout: it would last for ever if the receiver does not read. */
    private static CompletableFuture<Boolean> closedIfLate(Socket socket, int millis) {
        var taken = new CompletableFuture<Boolean>();
        var _ = taken.completeOnTimeout(false, millis, TimeUnit.MILLISECONDS).thenAccept(inTime -> {
            if (!inTime) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        return taken;
    }

    private byte[] frame(AuditEntry entry) {
        byte[] message = message(entry).getBytes(StandardCharsets.UTF_8);
        var frame = new ByteArrayOutputStream(message.length + 12);
        frame.writeBytes((message.length + " ").getBytes(StandardCharsets.US_ASCII));
        frame.writeBytes(message);
        return frame.toByteArray();
    }

    private String message(AuditEntry entry) {
        String id = entry.kind().substring(0, Math.min(entry.kind().length(), MAX_ID));
        return PRIORITY + entry.at().truncatedTo(ChronoUnit.MICROS) + " " + from + " baseload - " + id + " - "
                + format.line(entry);
    }
}
