package io.baseload.service.registry;

import java.time.Duration;

/**
 * When models are loaded and unloaded automatically.
 *
 * @param loadWait how long a request waits for a model that is not in memory, which it has loaded; zero = it is refused at once, and only operators load and unload models
 * @param idleTime after how long without a request a model is unloaded; zero = never
 * @param maxWaiting requests of one tenant that may wait for models
 */
public record ResidencePolicy(Duration loadWait, Duration idleTime, int maxWaiting) {
    public ResidencePolicy {
        if (!idleTime.isZero() && loadWait.isZero()) {
            throw new IllegalArgumentException(
                    "baseload.model.idle-time requires baseload.model.load-wait: otherwise nothing would reload an"
                            + " idle model");
        }
    }

    public boolean onDemand() {
        return !loadWait.isZero();
    }
}
