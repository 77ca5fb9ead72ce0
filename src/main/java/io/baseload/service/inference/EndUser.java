package io.baseload.service.inference;

import java.util.Optional;

/**
 * Whom the caller asks for, as it says itself: names of its own making.
 *
 * @param user the request's {@code user}
 * @param safetyIdentifier the request's {@code safety_identifier}
 */
public record EndUser(Optional<String> user, Optional<String> safetyIdentifier) {}
