package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.PrivateFile;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first key of a new installation: operator and user of the tenant {@code default}. */
public final class FirstKey {
    private static final Logger log = LoggerFactory.getLogger(FirstKey.class);
    private static final int MIN_LENGTH = 32;
    private static final ApiKey.Rights RIGHTS =
            new ApiKey.Rights(Set.of(Role.OPERATOR, Role.USER), Set.of(), Priority.INTERACTIVE, Optional.empty());

    private final ApiKeys keys;
    private final PrivateFile file;

    public FirstKey(ApiKeys keys, BaseloadHome home) {
        this.keys = keys;
        this.file = new PrivateFile(home.resolve("development-key"));
    }

    /**
     * The configured key (BASELOAD_BOOTSTRAP_KEY). A new value, or a valid operator's key, replaces the previous one, which is revoked; a revoked key stays revoked, even if it is
     * configured again.
     *
     * @throws BootstrapKeyException if it can't be used, or is a key that can't replace the previous one
     */
    public void bootstrap(String chosen) {
        if (!KeySecret.isPlausible(chosen)) {
            throw new BootstrapKeyException("BASELOAD_BOOTSTRAP_KEY must be 12 to 256 printable ASCII characters");
        }
        if (chosen.length() < MIN_LENGTH) {
            log.warn("BASELOAD_BOOTSTRAP_KEY is shorter than {} characters: it may be guessed", MIN_LENGTH);
        }
        var secret = new KeySecret(chosen);
        if (!keys.bootstrap(secret, RIGHTS)) {
            log.warn(
                    "BASELOAD_BOOTSTRAP_KEY ({}) was revoked, has expired or lost its rights, and gives no operator's"
                            + " access. Choose another.",
                    secret);
        }
    }

    /**
     * Generates a key if there is none at all.
     *
     * @param keep whether it is also stored in {@code BASELOAD_HOME/development-key}, and returned again at later starts while it is valid
     * @return the key, to be shown
     */
    public Optional<String> generate(boolean keep) {
        if (keys.none()) {
            var secret = KeySecret.random();
            if (keep) {
                file.write(secret.text());
            }
            return Optional.of(add(secret));
        }
        return keep ? file.read().filter(kept -> keys.authenticate(kept).isPresent()) : Optional.empty();
    }

    private String add(KeySecret secret) {
        return keys.add(Actor.SYSTEM, Tenant.DEFAULT, Optional.empty(), RIGHTS, secret)
                .secret();
    }
}
