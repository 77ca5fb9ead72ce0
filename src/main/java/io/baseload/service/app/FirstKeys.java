package io.baseload.service.app;

import io.baseload.service.tenant.FirstKey;
import java.util.Optional;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.stereotype.Component;

/** The key to begin with: the one in {@code BASELOAD_BOOTSTRAP_KEY}, else one that the first start generates. */
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

    /** Before the web server takes requests. */
    @Override
    public void afterSingletonsInstantiated() {
        if (chosen.isBlank()) {
            shown = key.generate(development);
        } else {
            key.bootstrap(chosen);
        }
    }

    /** The generated key, when it may be shown: at the start that made it, and in the development profile at each later one. */
    Optional<String> shown() {
        return shown;
    }
}
