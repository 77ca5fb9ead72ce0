package io.baseload.service.tenant;

import io.baseload.service.audit.Person;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * The owner of keys: a person or a service account. The keys have no more rights than the owner.
 *
 * @param id {@code person_} and 16 hexadecimal digits, or {@code service_} and the account's name
 * @param person empty for service accounts
 * @param roles for a person: as in the latest token
 * @param models aliases or ids that may be used; empty = all
 * @param seenAt for a person: the time of the latest token, to the minute
 */
public record Identity(
        String id,
        String tenant,
        Optional<Person> person,
        Set<Role> roles,
        Set<String> models,
        Instant createdAt,
        Optional<Instant> seenAt) {
    /** The syntax of a service account's name. */
    public static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";

    static final String SERVICE = "service_";
}
