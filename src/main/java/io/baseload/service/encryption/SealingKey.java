package io.baseload.service.encryption;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of AES-256 in Galois/counter mode. The result of encryption is a random nonce of 12 bytes, the cipher text, and its tag of 16 bytes. It can be decrypted only for the
 * purpose that it was encrypted for, so that nobody who can write to the database can move it to another place.
 *
 * <p>Nonces are random: a key is good for 2³² texts (NIST SP 800-38D).
 */
public final class SealingKey {
    public static final int BYTES = 32;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    /** @param key 32 bytes */
    public SealingKey(byte[] key) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes, not " + key.length);
        }
        this.key = new SecretKeySpec(key, "AES");
    }

    /** This many random bytes. */
    public static byte[] random(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    public byte[] seal(byte[] text, String purpose) {
        try {
            byte[] nonce = random(NONCE);
            var cipher = cipher(Cipher.ENCRYPT_MODE, nonce, purpose);
            var sealed = new byte[NONCE + cipher.getOutputSize(text.length)];
            System.arraycopy(nonce, 0, sealed, 0, NONCE);
            cipher.doFinal(text, 0, text.length, sealed, NONCE);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-GCM", e);
        }
    }

    /** @throws SealException if it was encrypted with another key or for another purpose, or changed since */
    public byte[] open(byte[] sealed, String purpose) {
        if (sealed.length < NONCE) {
            throw new SealException("The encrypted value for " + purpose + " is truncated.", null);
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), purpose)
                    .doFinal(sealed, NONCE, sealed.length - NONCE);
        } catch (GeneralSecurityException e) {
            throw new SealException(
                    "The encrypted value for " + purpose
                            + " can't be decrypted: it was changed, or encrypted with another key.",
                    e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
