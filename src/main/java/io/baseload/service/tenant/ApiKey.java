package io.baseload.service.tenant;

import io.baseload.service.audit.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Information about a key; never the key itself.
 *
 * @param prefix the visible part, which names the key
 * @param identity the id of the person or service account that it belongs to; empty = the tenant's own
 * @param lastUsedAt to the minute
 * @param rotated whether it has a successor
 */
public record ApiKey(
        String prefix,
        String tenant,
        Optional<String> identity,
        Rights rights,
        Instant createdAt,
        Optional<Instant> revokedAt,
        Optional<Instant> lastUsedAt,
        boolean rotated) {

    /** Whether it belongs to a person; only that person may have its secret. */
    public boolean isPersonal() {
        return identity.filter(id -> id.startsWith(Person.ID)).isPresent();
    }

    /** Whether it is still valid and expires within that time. */
    public boolean expiresWithin(Duration notice) {
        Instant now = Instant.now();
        return revokedAt.isEmpty()
                && rights.expiresAt()
                        .filter(end -> end.isAfter(now) && end.isBefore(now.plus(notice)))
                        .isPresent();
    }

    /** A new key, whose secret can't be shown again. */
    public record Issued(String secret, ApiKey key) {
        @Override
        public String toString() {
            return "Issued[" + key + "]";
        }
    }

    /**
     * The rights of a key, and their expiry.
     *
     * @param models aliases or ids that the key may use; empty = all
     * @param expiresAt empty = never
     */
    public record Rights(
            Set<Role> roles, Set<String> models, Priority priority, KeyLimits limits, Optional<Instant> expiresAt) {
        public Rights {
            if (roles.isEmpty()) {
                throw new IllegalArgumentException("a key needs at least one role");
            }
        }

        /** Without limits on rate or address. */
        public Rights(Set<Role> roles, Set<String> models, Priority priority, Optional<Instant> expiresAt) {
            this(roles, models, priority, KeyLimits.NONE, expiresAt);
        }

        /** The same rights with another expiry; empty = for ever. */
        public Rights withEnd(Optional<Instant> end) {
            return new Rights(roles, models, priority, limits, end);
        }

        /** Whether these expire later than the others. */
        public boolean endsAfter(Rights other) {
            return other.expiresAt
                    .filter(end -> expiresAt.isEmpty() || expiresAt.get().isAfter(end))
                    .isPresent();
        }

        /** The part of these rights that remains for an owner with only such roles and models; empty if nothing remains. */
        Optional<Rights> within(Set<Role> allowedRoles, Set<String> allowedModels) {
            var restRoles = both(roles, allowedRoles::contains);
            var restModels = models.isEmpty()
                    ? allowedModels
                    : both(models, model -> allowedModels.isEmpty() || allowedModels.contains(model));
            boolean noModel = restModels.isEmpty() && !allowedModels.isEmpty();
            return restRoles.isEmpty() || noModel
                    ? Optional.empty()
                    : Optional.of(new Rights(restRoles, restModels, priority, limits, expiresAt));
        }

        private static <T> Set<T> both(Set<T> some, Predicate<T> allowed) {
            return some.stream().filter(allowed).collect(Collectors.toUnmodifiableSet());
        }

        /** Whether the other rights are no more than these, apart from roles and expiry. */
        boolean cover(Rights other) {
            return (priority == Priority.INTERACTIVE || other.priority == Priority.BATCH)
                    && (models.isEmpty() || (!other.models.isEmpty() && models.containsAll(other.models)))
                    && limits.cover(other.limits);
        }
    }
}
