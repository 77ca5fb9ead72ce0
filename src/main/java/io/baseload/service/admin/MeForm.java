package io.baseload.service.admin;

import io.baseload.service.audit.Person;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Role;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The caller, in JSON.
 *
 * @param name the key's prefix, or the person's id
 * @param issuer of the person who signed in or owns the key
 */
@JsonNaming(SnakeCaseStrategy.class)
record MeForm(
        String name,
        String tenant,
        List<String> roles,
        List<String> models,
        @Nullable String issuer,
        @Nullable String subject,
        @Nullable Instant expiresAt) {

    static MeForm of(Caller caller) {
        return new MeForm(
                caller.keyPrefix(),
                caller.tenant(),
                caller.roles().stream().map(Role::wire).sorted().toList(),
                caller.models().stream().sorted().toList(),
                caller.person().map(Person::issuer).orElse(null),
                caller.person().map(Person::subject).orElse(null),
                caller.rights().expiresAt().orElse(null));
    }
}
