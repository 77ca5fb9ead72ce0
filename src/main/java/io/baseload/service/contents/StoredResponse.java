package io.baseload.service.contents;

import java.time.Instant;
import java.util.Optional;

/**
 * A response that its caller wants stored.
 *
 * @param begun when its request began, by the clock of the database ({@link ResponseStore.Room#at})
 * @param previous the response that it continues
 * @param requestId of the request that it answers; contents can be erased by this id
 * @param user the end user, as named by the request
 * @param safetyIdentifier the same under the request's newer name
 * @param text JSON
 */
public record StoredResponse(
        String tenant,
        String id,
        Instant begun,
        Optional<String> previous,
        String requestId,
        Optional<String> user,
        Optional<String> safetyIdentifier,
        byte[] text) {}
