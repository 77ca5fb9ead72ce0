package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.Role;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A key in JSON; never the secret. */
@JsonNaming(SnakeCaseStrategy.class)
record KeyForm(
        String prefix,
        List<String> roles,
        List<String> models,
        String priority,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt) {

    static KeyForm of(ApiKey key) {
        ApiKey.Rights rights = key.rights();
        return new KeyForm(
                key.prefix(),
                rights.roles().stream().map(Role::wire).sorted().toList(),
                rights.models().stream().sorted().toList(),
                rights.priority().wire(),
                key.createdAt(),
                rights.expiresAt().orElse(null),
                key.revokedAt().orElse(null),
                key.lastUsedAt().orElse(null));
    }

    /** A new key, with its secret: in this answer only. */
    @JsonNaming(SnakeCaseStrategy.class)
    record Issued(
            String key,
            String prefix,
            List<String> roles,
            List<String> models,
            String priority,
            @Nullable Instant expiresAt) {
        static Issued of(ApiKey.Issued issued) {
            KeyForm form = KeyForm.of(issued.key());
            return new Issued(issued.secret(), form.prefix, form.roles, form.models, form.priority, form.expiresAt);
        }
    }
}
