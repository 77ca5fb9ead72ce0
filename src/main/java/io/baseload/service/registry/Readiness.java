package io.baseload.service.registry;

import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Component;

/**
 * Whether the service can be asked. At the start it can as soon as the first model answers, or at once if none is wanted. From then on it can whatever operators do
 * with models and names: who asks for one that is not there is told so, and the admin API stays within reach.
 */
@Component
public final class Readiness {
    /** The alias that users ask by default; its model is loaded first. */
    public static final String DEFAULT = "default";

    private final LoadedModels loaded;
    private final CompletableFuture<Void> restored = new CompletableFuture<>();
    private volatile boolean ready;

    Readiness(LoadedModels loaded) {
        this.loaded = loaded;
    }

    public boolean isReady() {
        ready = ready || loaded.answersAny();
        return ready;
    }

    /** Completes when each model that was in memory before the last stop is there again, or could not be loaded. */
    public CompletableFuture<Void> restored() {
        return restored.copy();
    }

    /** @param nothingWanted whether no model was to be loaded */
    void nowRestored(boolean nothingWanted) {
        ready = ready || nothingWanted;
        restored.complete(null);
    }
}
