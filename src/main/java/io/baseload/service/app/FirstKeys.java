package io.baseload.service.app;

import io.baseload.service.tenant.FirstKey;
import java.util.Optional;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.stereotype.Component;

/** The first key: the one in {@code BASELOAD_BOOTSTRAP_KEY}, otherwise one that the first start generates. */
@Component
final class FirstKeys implements SmartInitializingSingleton {
    private final FirstKey key;
    private final String chosen;
    private final boolean development;
    private volatile Optional<String> shown = Optional.empty();

    FirstKeys(FirstKey key, Environment environment) {
        this.key = key;
        this.chosen = environment.getProperty("baseload.bootstrap-key", "");
        this.development = environment.acceptsProfiles(Profiles.of("development"));
    }

    /** Runs before the web server accepts requests. */
    @Override
    public void afterSingletonsInstantiated() {
        if (chosen.isBlank()) {
            shown = key.generate(development);
        } else {
            key.bootstrap(chosen);
        }
    }

    /** The generated key, if it may be shown: at the start that generated it, and in the development profile at each later one. */
    Optional<String> shown() {
        return shown;
    }
}
