package io.baseload.service.registry;

import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Component;

/** Whether the service can do what it is there for. */
@Component
public final class Readiness {
    /** The alias that a service must be able to answer. */
    public static final String DEFAULT = "default";

    private final Serving serving;
    private final CompletableFuture<Void> restored = new CompletableFuture<>();

    Readiness(Serving serving) {
        this.serving = serving;
    }

    public boolean defaultAnswers() {
        return serving.answers(serving.resolve(DEFAULT));
    }

    /** Completes when each model that was in memory before the last stop is there again, or could not be loaded. */
    public CompletableFuture<Void> restored() {
        return restored.copy();
    }

    void nowRestored() {
        restored.complete(null);
    }
}
