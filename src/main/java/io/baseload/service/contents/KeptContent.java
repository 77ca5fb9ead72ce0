package io.baseload.service.contents;

import java.time.Instant;

/**
 * A kept text.
 *
 * @param id in the order in which they were stored
 * @param text JSON, byte for byte as hashed for the digest
 */
public record KeptContent(
        long id, ContentOwner owner, ContentPart part, Instant at, byte[] salt, byte[] digest, byte[] text) {}
