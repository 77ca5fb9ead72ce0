package io.baseload.service.web;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.Person;
import java.util.Optional;

/** A person whom an identity provider knows has nothing to do here: no rule gives a tenant and a role, or there is no such tenant. */
public final class NoAccessException extends RuntimeException {
    private final transient Person person;

    public NoAccessException(Person person) {
        super("Your sign-in is valid, but gives no access here.");
        this.person = person;
    }

    /** Of no tenant. */
    Actor actor() {
        return new Actor(Actor.SYSTEM.tenant(), person.id(), Optional.of(person));
    }
}
