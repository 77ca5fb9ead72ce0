package io.baseload.service.web;

import io.baseload.service.audit.Anchor;
import io.baseload.service.audit.AuditProperties;
import io.baseload.service.audit.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Sends each checkpoint to an endpoint as a signed note, by POST. Whatever keeps what it is sent, and gives nobody the right to change it, will do. */
@Component
@ConditionalOnProperty("baseload.audit.anchor.url")
final class HttpAnchor implements Anchor {
    private static final Duration MAX_TIME = Duration.ofSeconds(10);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(MAX_TIME).build();
    private final URI url;
    private final Optional<String> authorization;

    HttpAnchor(AuditProperties properties) {
        this.url = java.util.Objects.requireNonNull(properties.anchor().url());
        this.authorization = Optional.ofNullable(properties.anchor().authorization());
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public void keep(Checkpoint checkpoint) {
        var request = HttpRequest.newBuilder(url)
                .timeout(MAX_TIME)
                .header("Content-Type", "text/plain; charset=utf-8")
                .POST(BodyPublishers.ofString(checkpoint.note()));
        authorization.ifPresent(value -> request.header("Authorization", value));
        try {
            int status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2) {
                throw new IllegalStateException(url + " answered " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
