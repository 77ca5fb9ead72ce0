package io.baseload.service.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A public Ed25519 key that signs notes under a name, in the text form of C2SP's signed notes: {@code name+id+base64(type ‖ key)}, where the id is the first
 * four bytes of {@code SHA-256(name ‖ "\n" ‖ type ‖ key)}.
 *
 * @param raw the key's 32 bytes
 */
public record VerifierKey(Type type, String name, byte[] raw) {
    /** The kind of text that the key signs. */
    public enum Type {
        /** The note's text. */
        NOTE(1),
        /** A witness's: the text and the time at which it was the latest (C2SP's cosignature/v1). */
        COSIGNATURE(4);

        private final byte wire;

        Type(int wire) {
            this.wire = (byte) wire;
        }
    }

    private static final int LENGTH = 32;
    /** The bytes before the 32 bytes of the key in a SubjectPublicKeyInfo. */
    private static final byte[] DER = HexFormat.of().parseHex("302a300506032b6570032100");

    public VerifierKey {
        if (raw.length != LENGTH || name.isEmpty() || name.chars().anyMatch(c -> c <= ' ' || c == '+')) {
            throw new IllegalArgumentException("an Ed25519 key has 32 bytes and a name without blanks and '+'");
        }
    }

    static VerifierKey of(Type type, String name, PublicKey key) {
        byte[] encoded = key.getEncoded();
        return new VerifierKey(type, name, Arrays.copyOfRange(encoded, encoded.length - LENGTH, encoded.length));
    }

    /**
     * A key that signs notes.
     *
     * @throws IllegalArgumentException if the text is not such a key, or its id is not the key's
     */
    public static VerifierKey parse(String text) {
        return parse(Type.NOTE, text);
    }

    /** A key of a given type: a witness's signature never counts as that of a log, or vice versa. */
    static VerifierKey parse(Type type, String text) {
        String[] parts = text.strip().split("\\+", 3);
        if (parts.length < 3) {
            throw new IllegalArgumentException("not of the form name+id+key: " + text);
        }
        byte[] typed = Base64.getDecoder().decode(parts[2]);
        if (typed.length != LENGTH + 1 || typed[0] != type.wire) {
            throw new IllegalArgumentException("not an Ed25519 key of the type " + type.wire + ": " + text);
        }
        var key = new VerifierKey(type, parts[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.id().equals(parts[1])) {
            throw new IllegalArgumentException("the id is not the key's: " + text);
        }
        return key;
    }

    /** A public key in PEM under a name that it doesn't contain itself. */
    static VerifierKey ofPem(Type type, String name, String pem) {
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
            return of(type, name, KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 public key in PEM", e);
        }
    }

    public String text() {
        return name + "+" + id() + "+" + Base64.getEncoder().encodeToString(typed());
    }

    /** SubjectPublicKeyInfo in PEM, as OpenSSL reads it. */
    public String pem() {
        byte[] der = Arrays.copyOf(DER, DER.length + LENGTH);
        System.arraycopy(raw, 0, der, DER.length, LENGTH);
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getEncoder().encodeToString(der)
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** Eight hexadecimal digits. */
    public String id() {
        return HexFormat.of().formatHex(idBytes());
    }

    byte[] idBytes() {
        var digest = Hashes.sha256();
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(digest.digest(typed()), 4);
    }

    boolean hasSigned(String text, byte[] signature) {
        if (type == Type.NOTE) {
            return verifies(text, signature);
        }
        if (signature.length <= Long.BYTES) {
            return false;
        }
        long seconds = ByteBuffer.wrap(signature).getLong();
        return verifies(cosigned(text, seconds), Arrays.copyOfRange(signature, Long.BYTES, signature.length));
    }

    /** The text that a cosignature signs. */
    static String cosigned(String text, long seconds) {
        return "cosignature/v1\ntime " + seconds + "\n" + text;
    }

    private boolean verifies(String text, byte[] signature) {
        try {
            byte[] der = Arrays.copyOf(DER, DER.length + LENGTH);
            System.arraycopy(raw, 0, der, DER.length, LENGTH);
            var verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
            verifier.update(text.getBytes(StandardCharsets.UTF_8));
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // a signature of the wrong length, or an invalid point
        }
    }

    private byte[] typed() {
        byte[] typed = new byte[LENGTH + 1];
        typed[0] = type.wire;
        System.arraycopy(raw, 0, typed, 1, LENGTH);
        return typed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifierKey key && key.text().equals(text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
