package io.baseload.service.contents;

import java.util.Optional;
import java.util.UUID;

/**
 * The request whose contents they are, by the names under which they can be found and erased.
 *
 * @param user whom the caller asked for, as it said
 * @param safetyIdentifier the same under the request's newer name
 */
public record ContentOwner(
        String tenant, UUID reservation, String requestId, Optional<String> user, Optional<String> safetyIdentifier) {}
