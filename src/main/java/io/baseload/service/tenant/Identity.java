package io.baseload.service.tenant;

import io.baseload.service.audit.Person;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * On whose behalf keys are used: a person or a service account. Its keys can do no more than it.
 *
 * @param id {@code person_} and 16 hexadecimal digits, or {@code service_} and the account's name
 * @param person empty for service accounts
 * @param roles of a person: as the last token gave them
 * @param models aliases or ids that may be asked; empty = all
 * @param seenAt of a person: the last token, to the minute
 */
public record Identity(
        String id,
        String tenant,
        Optional<Person> person,
        Set<Role> roles,
        Set<String> models,
        Instant createdAt,
        Optional<Instant> seenAt) {
    /** The form of a service account's name. */
    public static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";

    static final String SERVICE = "service_";
}
