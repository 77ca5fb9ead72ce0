package io.baseload.service.web;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.Person;
import java.util.Optional;

/** A person known to an identity provider has no access: no rule grants a tenant and a role, or the tenant doesn't exist. */
public final class NoAccessException extends RuntimeException {
    private final transient Person person;

    public NoAccessException(Person person) {
        super("Your sign-in is valid, but gives no access here.");
        this.person = person;
    }

    /** The provider's name for the person. */
    public String subject() {
        return person.subject();
    }

    /** Without a tenant. */
    Actor actor() {
        return new Actor(Actor.SYSTEM.tenant(), person.id(), Optional.of(person));
    }
}
