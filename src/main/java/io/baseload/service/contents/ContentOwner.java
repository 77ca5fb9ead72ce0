package io.baseload.service.contents;

import java.util.Optional;
import java.util.UUID;

/**
 * The request that contents belong to, with the names by which they can be found and erased.
 *
 * @param user the end user, as named by the request
 * @param safetyIdentifier the same under the request's newer name
 */
public record ContentOwner(
        String tenant, UUID reservation, String requestId, Optional<String> user, Optional<String> safetyIdentifier) {}
