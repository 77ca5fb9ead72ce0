package io.baseload.service.web;

import io.baseload.service.audit.WitnessAnchor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Sends signed notes to those who keep or cosign them, by POST as text. */
@Component
final class NoteClient implements WitnessAnchor.Transport {
    private static final Duration MAX_TIME = Duration.ofSeconds(10);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(MAX_TIME).build();

    @Override
    public Reply post(URI url, String body) {
        return post(url, Optional.empty(), body);
    }

    /** @param authorization the header of that name */
    Reply post(URI url, Optional<String> authorization, String body) {
        var request = HttpRequest.newBuilder(url)
                .timeout(MAX_TIME)
                .header("Content-Type", "text/plain; charset=utf-8")
                .POST(BodyPublishers.ofString(body));
        authorization.ifPresent(value -> request.header("Authorization", value));
        try {
            var response = client.send(request.build(), BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
