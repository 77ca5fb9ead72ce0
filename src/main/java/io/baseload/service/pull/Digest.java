package io.baseload.service.pull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The expected hash of a file's content.
 *
 * @param hex lower case
 */
record Digest(Kind kind, String hex) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");

    /** Ways to hash a file. */
    enum Kind {
        SHA256,
        /** Git's own id of a file: SHA-1 of its length and content. A hub has nothing better for its small files. */
        GIT_BLOB
    }

    /** @throws PullException if it is invalid */
    static Digest sha256(String hex) {
        String lower = hex.toLowerCase(Locale.ROOT);
        if (!SHA256.matcher(lower).matches()) {
            throw new PullException("'" + hex + "' is not a SHA-256 of 64 hexadecimal digits.");
        }
        return new Digest(Kind.SHA256, lower);
    }

    /** From an ETag in the form used by hubs: SHA-256 of large files, the git blob of others; empty if it is neither. */
    static Optional<Digest> ofEtag(String etag) {
        String text = etag.replaceFirst("^W/", "").replace("\"", "").toLowerCase(Locale.ROOT);
        if (SHA256.matcher(text).matches()) {
            return Optional.of(new Digest(Kind.SHA256, text));
        }
        return SHA1.matcher(text).matches() ? Optional.of(new Digest(Kind.GIT_BLOB, text)) : Optional.empty();
    }

    /** Hashes a content as it arrives, for an expected digest, and with SHA-256 in any case. */
    static final class Running {
        private final MessageDigest sha256 = digest("SHA-256");
        private final Optional<MessageDigest> git;

        /** @param size of the whole content */
        Running(Kind kind, long size) {
            git = kind == Kind.GIT_BLOB ? Optional.of(digest("SHA-1")) : Optional.empty();
            git.ifPresent(blob -> blob.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII)));
        }

        void update(byte[] bytes, int count) {
            sha256.update(bytes, 0, count);
            git.ifPresent(blob -> blob.update(bytes, 0, count));
        }

        Result end() {
            String sha = HexFormat.of().formatHex(sha256.digest());
            return new Result(
                    sha,
                    git.map(blob -> HexFormat.of().formatHex(blob.digest())).orElse(sha));
        }
    }

    /** @param asked the digest of the expected kind */
    record Result(String sha256, String asked) {}

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
