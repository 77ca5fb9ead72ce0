package io.baseload.engine.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256, because a model's name is a hash of hashes and must be unique for its content. CPUs with instructions for it hash faster than disks write. */
final class Sha256 {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final int CHUNK = 1 << 20;

    private Sha256() {}

    /** Whether a name has the form of a hash: 64 lower-case hexadecimal digits. */
    static boolean isOne(String name) {
        return HASH.matcher(name).matches();
    }

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String of(byte[] bytes) {
        MessageDigest digest = start();
        digest.update(bytes);
        return hex(digest);
    }

    static String of(MemorySegment bytes) {
        MessageDigest digest = start();
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            digest.update(chunk(bytes, at));
        }
        return hex(digest);
    }

    /** At most one MiB from {@code at} on. */
    static ByteBuffer chunk(MemorySegment bytes, long at) {
        return bytes.asSlice(at, Math.min(CHUNK, bytes.byteSize() - at)).asByteBuffer();
    }
}
