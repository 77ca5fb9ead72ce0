package io.baseload.service.encryption;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that encrypts texts with AES-256 in Galois/counter mode, each with a key of its own. The result of encryption is a byte with the version, a random salt of 16 bytes, a random
 * nonce of 12 bytes, the cipher text, and its tag of 16 bytes. It can be decrypted only for the purpose that it was encrypted for, so that nobody who can write to the database can
 * move it to another place.
 *
 * <p>The text's key is derived from this one and the salt (HKDF-Expand with SHA-256). Random nonces of one key must not repeat, so it is good for 2³² texts (NIST SP 800-38D). With
 * 28 random bytes for each text, no number of texts that can be computed brings a repetition about.
 *
 * <p>Earlier texts were encrypted with this key itself, and consist of nonce, cipher text and tag. They can still be decrypted.
 */
public final class SealingKey {
    public static final int BYTES = 32;
    private static final String AES = "AES";
    private static final byte[] LABEL = "baseload text ".getBytes(StandardCharsets.US_ASCII);
    private static final byte VERSION = 2;
    private static final int SALT = 16;
    private static final int NONCE = 12;
    private static final int HEAD = 1 + SALT + NONCE;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    /** @param key 32 bytes */
    public SealingKey(byte[] key) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes, not " + key.length);
        }
        this.key = new SecretKeySpec(key, AES);
    }

    /** This many random bytes. */
    public static byte[] random(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    public byte[] seal(byte[] text, String purpose) {
        try {
            byte[] head = random(HEAD);
            head[0] = VERSION;
            var cipher = cipher(Cipher.ENCRYPT_MODE, textKey(head), nonce(head, HEAD), purpose);
            byte[] sealed = Arrays.copyOf(head, HEAD + cipher.getOutputSize(text.length));
            cipher.doFinal(text, 0, text.length, sealed, HEAD);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-GCM or no HKDF", e);
        }
    }

    /** @throws SealException if it was encrypted with another key or for another purpose, or changed since */
    public byte[] open(byte[] sealed, String purpose) {
        if (sealed.length < NONCE) {
            throw new SealException("The encrypted value for " + purpose + " is truncated.", null);
        }
        try {
            return sealed[0] == VERSION && sealed.length >= HEAD
                    ? openNew(sealed, purpose)
                    : openEarlier(sealed, purpose);
        } catch (GeneralSecurityException e) {
            throw new SealException(
                    "The encrypted value for " + purpose
                            + " can't be decrypted: it was changed, or encrypted with another key.",
                    e);
        }
    }

    /** An earlier text may have a nonce that begins like the version. */
    private byte[] openNew(byte[] sealed, String purpose) throws GeneralSecurityException {
        try {
            return cipher(Cipher.DECRYPT_MODE, textKey(sealed), nonce(sealed, HEAD), purpose)
                    .doFinal(sealed, HEAD, sealed.length - HEAD);
        } catch (AEADBadTagException e) {
            return openEarlier(sealed, purpose);
        }
    }

    private byte[] openEarlier(byte[] sealed, String purpose) throws GeneralSecurityException {
        return cipher(Cipher.DECRYPT_MODE, key, nonce(sealed, NONCE), purpose)
                .doFinal(sealed, NONCE, sealed.length - NONCE);
    }

    /** The key of one text, by its version and salt. */
    private SecretKey textKey(byte[] head) throws GeneralSecurityException {
        byte[] info = Arrays.copyOf(LABEL, LABEL.length + 1 + SALT);
        System.arraycopy(head, 0, info, LABEL.length, 1 + SALT);
        return KDF.getInstance("HKDF-SHA256").deriveKey(AES, HKDFParameterSpec.expandOnly(key, info, BYTES));
    }

    private static GCMParameterSpec nonce(byte[] sealed, int end) {
        return new GCMParameterSpec(TAG_BITS, sealed, end - NONCE, NONCE);
    }

    private static Cipher cipher(int mode, SecretKey key, GCMParameterSpec nonce, String purpose)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, nonce);
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
