package io.baseload.service.pull;

import io.baseload.service.pull.TrustedRoot.Log;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * What a log of signatures says about itself: its size, and the root of the Merkle tree over its entries. The log signs it as a note: lines, an empty line, and a line {@code —
 * name base64(id ‖ signature)} for each signer, among whom may be witnesses.
 */
record LogCheckpoint(long size, byte[] root) {
    private static final int ID_BYTES = 4;
    private static final int LINES = 3; // at least: the log's name, the size, the root

    /** @throws IllegalArgumentException if it has no such form, or is not signed by the log */
    static LogCheckpoint of(String note, Log log) {
        int end = note.lastIndexOf("\n\n");
        String text = note.substring(0, end + 1);
        List<String> lines = text.lines().toList();
        if (lines.size() < LINES) {
            throw new IllegalArgumentException("not a checkpoint");
        }
        byte[] signed = text.getBytes(StandardCharsets.UTF_8);
        byte[] id = Arrays.copyOf(log.note(), ID_BYTES);
        boolean isSigned = note.substring(end + 2)
                .lines()
                .map(line -> Base64.getDecoder().decode(line.substring(line.lastIndexOf(' ') + 1)))
                .filter(line -> line.length > ID_BYTES && Arrays.equals(Arrays.copyOf(line, ID_BYTES), id))
                .findFirst() // strangers could add thousands in the log's name
                .filter(line -> log.key().hasSigned(signed, Arrays.copyOfRange(line, ID_BYTES, line.length)))
                .isPresent();
        if (!isSigned) {
            throw new IllegalArgumentException("a checkpoint that the log has not signed");
        }
        return new LogCheckpoint(
                Long.parseLong(lines.get(1)), Base64.getDecoder().decode(lines.get(2)));
    }

    /**
     * Whether the log has an entry (RFC 9162, 2.1.3.2).
     *
     * @param path the hashes of the tree's nodes beside the way from the entry to the root
     */
    boolean includes(byte[] entry, long index, List<byte[]> path) {
        if (index < 0 || index >= size) {
            return false;
        }
        byte[] hash = hash(0, entry, new byte[0]);
        long place = index;
        long last = size - 1;
        for (byte[] other : path) {
            if (last == 0) {
                return false;
            }
            if ((place & 1) == 1 || place == last) {
                hash = hash(1, other, hash);
                while ((place & 1) == 0) { // ends, because last is not 0 and place is odd or last
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = hash(1, hash, other);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && MessageDigest.isEqual(hash, root);
    }

    /** @param kind 0 = a leaf, 1 = a node */
    private static byte[] hash(int kind, byte[] left, byte[] right) {
        MessageDigest digest = Digest.digest("SHA-256");
        digest.update((byte) kind);
        digest.update(left);
        return digest.digest(right);
    }
}
