package io.baseload.service.app;

import io.baseload.service.tenant.FirstKey;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.stereotype.Component;

/** The first key: the one in {@code BASELOAD_BOOTSTRAP_KEY}, otherwise one that the first start generates. */
@Component
final class FirstKeys implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger("io.baseload");

    private final FirstKey key;
    private final String chosen;
    private final boolean development;
    private volatile Optional<String> kept = Optional.empty();

    FirstKeys(FirstKey key, Environment environment) {
        this.key = key;
        this.chosen = environment.getProperty("baseload.bootstrap-key", "");
        this.development = environment.acceptsProfiles(Profiles.of("development"));
    }

    /** Runs before the web server accepts requests. A generated key is printed at once, and as a warning: a start that fails later, or logs no more than warnings, must not lose it. */
    @Override
    public void afterSingletonsInstantiated() {
        if (!chosen.isBlank()) {
            key.bootstrap(chosen);
        } else if (development) {
            kept = key.generate(true);
        } else {
            key.generate(false).ifPresent(once -> LOG.warn("The first key, an operator's, shown this once: {}", once));
        }
    }

    /** The generated key of the development profile, which stays in the home. */
    Optional<String> kept() {
        return kept;
    }
}
