package io.baseload.service.encryption;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys that encrypt all secrets in the database. The first one encrypts, all decrypt: a new key is placed before the old one, secrets encrypted with the old one are encrypted
 * again at the next start, and then the old one can be removed. Only tasks of jobs are not: those that began before need the old key until they end.
 *
 * <p>An encrypted text is {@code sealed:} + the key's id + {@code :} + Base64. The id is the beginning of the key's SHA-256, so that a missing key can be named.
 */
public final class MasterKeys {
    private static final String MARK = "sealed:";
    private static final int ID_BYTES = 4;

    private final Map<String, SealingKey> keys;
    private final Optional<String> current;

    private MasterKeys(Map<String, SealingKey> keys, Optional<String> current) {
        this.keys = keys;
        this.current = current;
    }

    /** @param keys 32 bytes each in Base64, the encrypting one first; none = nothing can be encrypted or decrypted */
    public static MasterKeys of(List<String> keys) {
        var byId = new LinkedHashMap<String, SealingKey>();
        for (String text : keys) {
            byte[] key = Base64.getDecoder().decode(text);
            byId.put(id(key), new SealingKey(key));
        }
        return new MasterKeys(byId, byId.keySet().stream().findFirst());
    }

    private static String id(byte[] key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key), 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether there is a key. */
    public boolean present() {
        return current.isPresent();
    }

    /** @throws SealException if there is no key */
    public String seal(byte[] secret, String purpose) {
        String id = current.orElseThrow(() -> new SealException("This process has no master key.", null));
        return MARK + id + ":" + Base64.getEncoder().encodeToString(key(id).seal(secret, purpose));
    }

    /** @throws SealException if it can't be decrypted here */
    public byte[] open(String sealed, String purpose) {
        int end = sealed.indexOf(':', MARK.length());
        if (!isSealed(sealed) || end < 0) {
            throw new SealException("The value for " + purpose + " should be encrypted, but is not.", null);
        }
        return key(sealed.substring(MARK.length(), end))
                .open(Base64.getDecoder().decode(sealed.substring(end + 1)), purpose);
    }

    private SealingKey key(String id) {
        var key = keys.get(id);
        if (key == null) {
            throw new SealException("This process does not have the master key " + id + ".", null);
        }
        return key;
    }

    /** Whether a text has the form of an encrypted one. */
    public static boolean isSealed(String text) {
        return text.startsWith(MARK);
    }

    /** Whether a text is encrypted with the current key. */
    public boolean isCurrent(String text) {
        return current.filter(id -> text.startsWith(MARK + id + ":")).isPresent();
    }
}
