package io.baseload.service.audit;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Somebody whom an identity provider knows.
 *
 * @param issuer the provider, as its tokens name it
 * @param subject the person, as that provider names it
 */
public record Person(String issuer, String subject) {
    /** What each {@link #id} begins with. */
    public static final String ID = "person_";

    private static final int BYTES = 8;

    /** Names the person where a key has its prefix: short, and the same at each sign-in. */
    public String id() {
        byte[] digest = Hashes.sha256().digest((issuer + "\n" + subject).getBytes(StandardCharsets.UTF_8));
        return ID + HexFormat.of().formatHex(digest, 0, BYTES);
    }
}
