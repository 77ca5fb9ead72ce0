package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import java.util.Optional;

/** Finds the owner of a key. */
@FunctionalInterface
public interface Authenticator {
    /** The caller that a key belongs to; empty if the key is unknown, revoked or expired. */
    Optional<Caller> authenticate(String key);
}
