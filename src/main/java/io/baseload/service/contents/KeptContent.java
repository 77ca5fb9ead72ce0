package io.baseload.service.contents;

import java.time.Instant;

/**
 * A text that was kept.
 *
 * @param id in the order in which they were stored
 * @param text JSON, byte for byte what the digest is of
 */
public record KeptContent(
        long id, ContentOwner owner, ContentPart part, Instant at, byte[] salt, byte[] digest, byte[] text) {}
