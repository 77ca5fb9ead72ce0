package io.baseload.service.export;

import io.baseload.service.audit.Anchor;
import io.baseload.service.audit.AuditProperties;
import io.baseload.service.audit.Checkpoint;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Sends each checkpoint as a signed note to an endpoint, by POST. Any server will do if it keeps the notes it receives and lets nobody change them. */
@Component
@ConditionalOnProperty("baseload.audit.anchor.url")
final class HttpAnchor implements Anchor {
    private final NoteClient client;
    private final URI url;
    private final Optional<String> authorization;

    HttpAnchor(AuditProperties properties, NoteClient client) {
        this.client = client;
        this.url = Objects.requireNonNull(properties.anchor().url());
        this.authorization = Optional.ofNullable(properties.anchor().authorization());
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public Checkpoint keep(Checkpoint checkpoint, History history) {
        int status = client.post(url, authorization, checkpoint.note()).status();
        if (status / 100 != 2) {
            throw new IllegalStateException(url + " answered " + status);
        }
        return checkpoint;
    }
}
