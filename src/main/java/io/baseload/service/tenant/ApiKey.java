package io.baseload.service.tenant;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a key; never the key itself.
 *
 * @param prefix the visible part, which names the key
 * @param lastUsedAt to the minute
 */
public record ApiKey(
        String prefix,
        String tenant,
        Rights rights,
        Instant createdAt,
        Optional<Instant> revokedAt,
        Optional<Instant> lastUsedAt) {

    /** A new key, which nobody can be shown again. */
    public record Issued(String secret, ApiKey key) {
        @Override
        public String toString() {
            return "Issued[" + key + "]";
        }
    }

    /**
     * What a key is allowed, and until when.
     *
     * @param models aliases or ids that the key may ask; empty = all
     * @param expiresAt empty = never
     */
    public record Rights(Set<Role> roles, Set<String> models, Priority priority, Optional<Instant> expiresAt) {
        public Rights {
            if (roles.isEmpty()) {
                throw new IllegalArgumentException("a key needs at least one role");
            }
        }

        /** The same for ever. */
        Rights withoutEnd() {
            return new Rights(roles, models, priority, Optional.empty());
        }
    }
}
