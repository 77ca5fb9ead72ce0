package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import io.baseload.service.outbound.BoundedHttp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Receives lines of JSON by POST; an answer with 2xx accepts them, once all of it is there. No redirects. */
record HttpReceiver(BoundedHttp http, URI url, Optional<String> authorization, EntryFormat format) implements Receiver {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final int MAX_ANSWER = 1 << 20;

    /** Half of the limit that servers commonly have. A longer entry is sent alone. */
    static final int MAX_BODY = 1 << 19;

    private static final int TOO_LARGE = 413;

    @Override
    public int send(List<AuditEntry> entries) throws IOException {
        var body = new ByteArrayOutputStream();
        int count = 0;
        for (AuditEntry entry : entries) {
            byte[] line = (format.line(entry) + "\n").getBytes(StandardCharsets.UTF_8);
            if (count > 0 && body.size() + line.length > MAX_BODY) {
                break;
            }
            body.writeBytes(line);
            count++;
        }
        post(body.toByteArray());
        return count;
    }

    private void post(byte[] lines) throws IOException {
        var request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofByteArray(lines));
        authorization.ifPresent(value -> request.header("Authorization", value));
        int status = http.send(request.build()).statusCode();
        if (status == TOO_LARGE) {
            throw new BatchTooLargeException("it answered 413 to " + lines.length + " bytes");
        }
        if (status / 100 != 2) {
            throw new IOException("it answered " + status);
        }
    }
}
