package io.baseload.service.contents;

import io.baseload.service.audit.Hashes;
import io.baseload.service.encryption.SealingKey;

/** Encrypts one tenant's prompts and answers. */
public final class ContentSealer {
    private static final int SALT = 32;

    private final SealingKey key;

    ContentSealer(SealingKey key) {
        this.key = key;
    }

    public SealedContent seal(ContentOwner owner, ContentPart part, byte[] text) {
        byte[] salt = SealingKey.random(SALT);
        return new SealedContent(owner, part, salt, digest(salt, text), key.seal(text, purpose(owner, part)));
    }

    byte[] open(ContentOwner owner, ContentPart part, byte[] sealed) {
        return key.open(sealed, purpose(owner, part));
    }

    private static String purpose(ContentOwner owner, ContentPart part) {
        return "content/" + owner.tenant() + "/" + owner.reservation() + "/" + part.wire();
    }

    static byte[] digest(byte[] salt, byte[] text) {
        var digest = Hashes.sha256();
        digest.update(salt);
        return digest.digest(text);
    }
}
