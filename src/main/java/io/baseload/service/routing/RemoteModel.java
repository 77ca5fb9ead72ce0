package io.baseload.service.routing;

import io.baseload.service.backend.Backend;
import io.baseload.service.backend.BackendClient;
import io.baseload.service.registry.ModelUse;
import io.baseload.service.registry.ServedModel;
import java.time.Duration;

/** A backend's model. There is nothing to hold: running requests continue whatever happens to the backend's row. */
record RemoteModel(BackendClient client, Backend.Offer offer) implements ServedModel {
    private static final Duration SOON = Duration.ofSeconds(1);

    @Override
    public String id() {
        return offer.id();
    }

    /** Only the backend knows the weights. */
    @Override
    public String fingerprint() {
        return "backend:" + client.backend().name() + "/" + offer.upstream();
    }

    @Override
    public ModelUse use() {
        return new ModelUse.Either(client.completions(offer), client.encodings(offer));
    }

    @Override
    public boolean showsSteps() {
        return false;
    }

    /** The backend has a queue of its own. */
    @Override
    public int maxAnswers() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean sharesOutputMemory() {
        return true;
    }

    @Override
    public int places() {
        return client.backend().limits().concurrent();
    }

    @Override
    public Duration queueTime() {
        return SOON;
    }

    @Override
    public void close() {}
}
