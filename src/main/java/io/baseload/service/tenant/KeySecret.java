package io.baseload.service.tenant;

import io.baseload.service.audit.Hashes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** The text of a key: {@code bl_} and 43 characters of base 62, which is 256 random bits. Plain SHA-256 is sufficient to store values that nobody can guess. */
record KeySecret(String text) {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 43;
    private static final int VISIBLE = 11;
    private static final SecureRandom RANDOM = new SecureRandom();

    static KeySecret random() {
        var text = new StringBuilder("bl_");
        for (int i = 0; i < LENGTH; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return new KeySecret(text.toString());
    }

    /** The visible part: at most a third of a key chosen by somebody. */
    String prefix() {
        return text.substring(0, Math.min(VISIBLE, text.length() / 3));
    }

    byte[] hash() {
        return Hashes.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Printable ASCII of a sensible length: valid in a header and in a database query. */
    static boolean isPlausible(String bearer) {
        return bearer.length() >= 12
                && bearer.length() <= 256
                && bearer.chars().allMatch(character -> character > ' ' && character < 0x7f);
    }

    @Override
    public String toString() {
        return prefix() + "…";
    }
}
