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
 * The keys that seal whatever secret the database has to keep. The first seals, all open: a new key is put before the old one, what the old one sealed is sealed anew at the next start, and then the
 * old one can go.
 *
 * <p>A sealed text is {@code sealed:} + the key's id + {@code :} + Base64. The id is the beginning of the key's SHA-256, so that one knows which key is missing.
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

    /** @param keys 32 bytes each in Base64, the one that seals first; none = nothing can be sealed or opened */
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

    /** @throws SealException if it can't be opened here */
    public byte[] open(String sealed, String purpose) {
        int end = sealed.indexOf(':', MARK.length());
        if (!isSealed(sealed) || end < 0) {
            throw new SealException("What should be sealed for " + purpose + " is not.", null);
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

    /** Whether a text has the form of a sealed one. */
    public static boolean isSealed(String text) {
        return text.startsWith(MARK);
    }

    /** Whether a text is sealed with the key that seals now. */
    public boolean isCurrent(String text) {
        return current.filter(id -> text.startsWith(MARK + id + ":")).isPresent();
    }
}
