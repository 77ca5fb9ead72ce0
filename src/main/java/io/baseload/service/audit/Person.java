package io.baseload.service.audit;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A person known to an identity provider.
 *
 * @param issuer the provider's name in its tokens
 * @param subject the provider's name for the person
 */
public record Person(String issuer, String subject) {
    /** The prefix of each {@link #id}. */
    public static final String ID = "person_";

    private static final int BYTES = 8;

    /** The name of the person where a key has its prefix: short, and the same at each sign-in. */
    public String id() {
        byte[] digest = Hashes.sha256().digest((issuer + "\n" + subject).getBytes(StandardCharsets.UTF_8));
        return ID + HexFormat.of().formatHex(digest, 0, BYTES);
    }
}
