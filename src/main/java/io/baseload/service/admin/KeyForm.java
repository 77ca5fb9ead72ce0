package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A key in JSON; never the secret.
 *
 * @param expiresSoon whether it is time to replace it
 * @param rotated whether it was replaced already, so that its successor is rotated next
 */
@JsonNaming(SnakeCaseStrategy.class)
record KeyForm(
        String prefix,
        List<String> roles,
        List<String> models,
        String priority,
        @Nullable Integer requestsPerMinute,
        List<String> addresses,
        @Nullable String identity,
        Instant createdAt,
        @Nullable Instant expiresAt,
        boolean expiresSoon,
        boolean rotated,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt) {

    static KeyForm of(ApiKey key, Duration notice) {
        ApiKey.Rights rights = key.rights();
        var perMinute = rights.limits().requestsPerMinute();
        return new KeyForm(
                key.prefix(),
                rights.roles().stream().map(Role::wire).sorted().toList(),
                rights.models().stream().sorted().toList(),
                rights.priority().wire(),
                perMinute.isPresent() ? (Integer) perMinute.getAsInt() : null,
                rights.limits().addresses().stream().sorted().toList(),
                key.identity().orElse(null),
                key.createdAt(),
                rights.expiresAt().orElse(null),
                key.expiresWithin(notice),
                key.rotated(),
                key.revokedAt().orElse(null),
                key.lastUsedAt().orElse(null));
    }

    /** A new key, with its secret, which is in this answer only. */
    @JsonNaming(SnakeCaseStrategy.class)
    record Issued(
            String key,
            String prefix,
            List<String> roles,
            List<String> models,
            String priority,
            @Nullable Integer requestsPerMinute,
            List<String> addresses,
            @Nullable String identity,
            @Nullable Instant expiresAt) {
        static Issued of(ApiKey.Issued issued) {
            KeyForm form = KeyForm.of(issued.key(), Duration.ZERO);
            return new Issued(
                    issued.secret(),
                    form.prefix,
                    form.roles,
                    form.models,
                    form.priority,
                    form.requestsPerMinute,
                    form.addresses,
                    form.identity,
                    form.expiresAt);
        }
    }
}
