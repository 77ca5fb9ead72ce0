package io.baseload.service.tenant;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a key; never the key itself.
 *
 * @param prefix the visible part, which names the key
 * @param models aliases or ids that the key may ask; empty = all
 * @param lastUsedAt to the minute
 */
public record ApiKey(
        String prefix,
        String tenant,
        Set<Role> roles,
        Set<String> models,
        Priority priority,
        Instant createdAt,
        Optional<Instant> expiresAt,
        Optional<Instant> revokedAt,
        Optional<Instant> lastUsedAt) {

    /** The wish for a key with the same rights, for ever. */
    public Wish rights() {
        return new Wish(roles, models, priority, Optional.empty());
    }

    /** A new key, which nobody can be shown again. */
    public record Issued(String secret, ApiKey key) {
        @Override
        public String toString() {
            return "Issued[" + key + "]";
        }
    }

    /** What a new key shall be allowed. */
    public record Wish(Set<Role> roles, Set<String> models, Priority priority, Optional<Instant> expiresAt) {
        public Wish {
            if (roles.isEmpty()) {
                throw new IllegalArgumentException("a key needs at least one role");
            }
        }
    }
}
