package io.baseload.service.export;

import io.baseload.service.audit.AuditProperties;
import io.baseload.service.audit.WitnessAnchor;
import io.baseload.service.outbound.BoundedHttp;
import io.baseload.service.outbound.HttpClients;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.stereotype.Component;

/**
 * Sends signed notes to anchors and witnesses. The time of a call, including the whole answer, is limited, and an answer has at most 64 KB, because the next checkpoint waits for
 * the previous one.
 */
@Component
final class NoteClient implements WitnessAnchor.Transport {
    private static final int MAX_ANSWER = 64 << 10;

    private final BoundedHttp http;

    @Autowired
    NoteClient(AuditProperties properties, ObjectProvider<SslBundles> bundles) {
        this(properties.callTimeout(), HttpClients.tls(properties.sslBundle(), bundles::getObject));
    }

    NoteClient(Duration maxTime, Optional<SSLContext> tls) {
        this.http = new BoundedHttp(HttpClients.of(maxTime, tls), maxTime, MAX_ANSWER);
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
        return http.send(request);
    }
}
