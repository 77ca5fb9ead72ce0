package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import io.baseload.service.outbound.BoundedHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Receives lines of JSON by POST; an answer with 2xx accepts them, once all of it is there. No redirects. */
record HttpReceiver(BoundedHttp http, URI url, Optional<String> authorization, EntryFormat format) implements Receiver {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final int MAX_ANSWER = 1 << 20;

    @Override
    public void send(List<AuditEntry> entries) throws IOException {
        String lines = entries.stream().map(format::line).collect(Collectors.joining("\n", "", "\n"));
        var request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(lines));
        authorization.ifPresent(value -> request.header("Authorization", value));
        int status = http.send(request.build()).statusCode();
        if (status / 100 != 2) {
            throw new IOException("it answered " + status);
        }
    }
}
