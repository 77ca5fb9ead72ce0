package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Receives lines of JSON by POST; an answer with 2xx accepts them. No redirects. */
record HttpReceiver(HttpClient client, URI url, Optional<String> authorization, EntryFormat format)
        implements Receiver {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public void send(List<AuditEntry> entries) throws IOException, InterruptedException {
        String lines = entries.stream().map(format::line).collect(Collectors.joining("\n", "", "\n"));
        var request = HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(lines));
        authorization.ifPresent(value -> request.header("Authorization", value));
        int status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
        if (status / 100 != 2) {
            throw new IOException("it answered " + status);
        }
    }
}
