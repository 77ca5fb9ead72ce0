package io.baseload.service.web;

import io.baseload.service.audit.WitnessAnchor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Sends signed notes to those who keep or cosign them. Nobody is waited for longer than ten seconds, the whole answer included, and no answer is longer than 64 KB:
 * the next checkpoint waits for the one before.
 */
@Component
final class NoteClient implements WitnessAnchor.Transport {
    private static final Duration MAX_TIME = Duration.ofSeconds(10);
    private static final long MAX_ANSWER = 64 << 10;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(MAX_TIME).build();
    private final Duration maxTime;

    @Autowired
    NoteClient() {
        this(MAX_TIME);
    }

    NoteClient(Duration maxTime) {
        this.maxTime = maxTime;
    }

    @Override
    public Reply post(URI url, String body) {
        return post(url, Optional.empty(), body);
    }

    /** @param authorization the header of that name */
    Reply post(URI url, Optional<String> authorization, String body) {
        var request = HttpRequest.newBuilder(url)
                .header("Content-Type", "text/plain; charset=utf-8")
                .POST(BodyPublishers.ofString(body));
        authorization.ifPresent(value -> request.header("Authorization", value));
        var response = send(request.build());
        return new Reply(response.statusCode(), response.body());
    }

    HttpResponse<String> send(HttpRequest request) {
        var answer = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_ANSWER));
        try {
            return answer.get(maxTime.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(request.uri() + " gave no whole answer within " + maxTime, e);
        } catch (ExecutionException e) {
            throw new UncheckedIOException(new IOException(request.uri() + ": " + e.getCause(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            answer.cancel(true);
        }
    }
}
