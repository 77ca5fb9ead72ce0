package io.baseload.service.outbound;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** HTTP calls to servers that may be slow, endless or gone: a call has a deadline for the whole answer, and an answer has a maximum size. */
public final class BoundedHttp {
    private final HttpClient client;
    private final Duration maxTime;
    private final int maxBytes;

    public BoundedHttp(HttpClient client, Duration maxTime, int maxBytes) {
        this.client = client;
        this.maxTime = maxTime;
        this.maxBytes = maxBytes;
    }

    /** @throws RuntimeException if there is no complete answer in time */
    public HttpResponse<String> send(HttpRequest request) {
        var answer = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), maxBytes));
        try {
            return answer.get(maxTime.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(request.uri() + " did not answer completely within " + maxTime, e);
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
