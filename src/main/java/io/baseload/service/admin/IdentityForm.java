package io.baseload.service.admin;

import io.baseload.service.audit.Person;
import io.baseload.service.tenant.Identity;
import io.baseload.service.tenant.Role;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A person or a service account in JSON.
 *
 * @param kind {@code person} or {@code service_account}
 */
@JsonNaming(SnakeCaseStrategy.class)
record IdentityForm(
        String id,
        String kind,
        @Nullable String issuer,
        @Nullable String subject,
        List<String> roles,
        List<String> models,
        Instant createdAt,
        @Nullable Instant lastSeenAt) {

    static IdentityForm of(Identity identity) {
        return new IdentityForm(
                identity.id(),
                identity.person().isPresent() ? "person" : "service_account",
                identity.person().map(Person::issuer).orElse(null),
                identity.person().map(Person::subject).orElse(null),
                identity.roles().stream().map(Role::wire).sorted().toList(),
                identity.models().stream().sorted().toList(),
                identity.createdAt(),
                identity.seenAt().orElse(null));
    }

    /**
     * A service account to be created.
     *
     * @param models aliases or ids; absent = all
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Request(
            @Nullable String name,
            @Nullable List<String> roles,
            @Nullable List<String> models) {
        String checkedName() {
            String given = Refusals.present("name", name);
            if (!given.matches(Identity.NAME)) {
                throw Refusals.invalid("name", "invalid_value", "'name' must match " + Identity.NAME + ".");
            }
            return given;
        }

        Set<Role> checkedRoles() {
            return KeyRequest.read(Refusals.present("roles", roles));
        }

        Set<String> checkedModels() {
            return models == null ? Set.of() : KeyRequest.checked(models);
        }
    }
}
