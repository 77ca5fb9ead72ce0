package io.baseload.service.inference;

import java.util.Optional;

/**
 * The end user of the request, with names chosen by the caller.
 *
 * @param user the request's {@code user}
 * @param safetyIdentifier the request's {@code safety_identifier}
 */
public record EndUser(Optional<String> user, Optional<String> safetyIdentifier) {}
