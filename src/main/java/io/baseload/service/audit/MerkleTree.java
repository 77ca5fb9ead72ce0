package io.baseload.service.audit;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The Merkle tree of RFC 6962 over the trail: hashes, proofs, and their verification.
 *
 * <p>A leaf is an entry's canonical form; {@code H(0x00 ‖ leaf)} is its hash, {@code H(0x01 ‖ left ‖ right)} that of a node. In a tree of {@code n} leaves, the left subtree has
 * the largest power of two below {@code n}. The root commits to every entry and its place, an inclusion proof of about {@code log2(n)} hashes shows one entry under a root, and a
 * consistency proof shows that one tree is the beginning of another.
 */
final class MerkleTree {
    private MerkleTree() {}

    /** Roots of complete subtrees: {@code place} counts those of a level from the left, level 0 are the leaves' hashes. */
    @FunctionalInterface
    interface Nodes {
        byte[] node(int level, long place);
    }

    /** Receives the roots of complete subtrees of 256, 65,536, … leaves. */
    @FunctionalInterface
    interface Subtrees {
        void complete(int level, long place, byte[] root);
    }

    static byte[] leafHash(byte[] leaf) {
        var digest = Hashes.sha256();
        digest.update((byte) 0);
        return digest.digest(leaf);
    }

    static byte[] nodeHash(byte[] left, byte[] right) {
        var digest = Hashes.sha256();
        digest.update((byte) 1);
        digest.update(left);
        return digest.digest(right);
    }

    /** The root of the first {@code size} leaves. */
    static byte[] root(long size, Nodes nodes) {
        return size == 0 ? Hashes.sha256().digest() : range(0, size, nodes);
    }

    /** The hashes that lead from leaf {@code index} to the root of {@code size} leaves, from below. */
    static List<byte[]> inclusion(long index, long size, Nodes nodes) {
        var path = new ArrayList<byte[]>();
        include(index, 0, size, nodes, path);
        return path;
    }

    /** Shows that the tree of {@code size} leaves begins with that of {@code before}; empty if one of them is empty or they are the same. */
    static List<byte[]> consistency(long before, long size, Nodes nodes) {
        var proof = new ArrayList<byte[]>();
        if (before > 0 && before < size) {
            subproof(before, 0, size, true, nodes, proof);
        }
        return proof;
    }

    /** Whether a leaf stands at {@code index} of the tree of {@code size} leaves with this root. */
    static boolean includes(byte[] leafHash, long index, long size, List<byte[]> path, byte[] root) {
        if (index < 0 || index >= size) {
            return false;
        }
        byte[] hash = leafHash;
        long place = index;
        long last = size - 1;
        for (byte[] other : path) {
            if (last == 0) {
                return false;
            }
            if ((place & 1) == 1 || place == last) {
                hash = nodeHash(other, hash);
                while ((place & 1) == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = nodeHash(hash, other);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && MessageDigest.isEqual(hash, root);
    }

    /** Whether the tree with the root {@code newRoot} begins with the one with {@code oldRoot} (RFC 9162, 2.1.4.2). */
    static boolean isConsistent(long before, byte[] oldRoot, long size, byte[] newRoot, List<byte[]> proof) {
        if (before == size) {
            return proof.isEmpty() && MessageDigest.isEqual(oldRoot, newRoot);
        }
        if (before == 0) {
            return proof.isEmpty() && MessageDigest.isEqual(oldRoot, root(0, (level, place) -> new byte[0]));
        }
        if (before > size || proof.isEmpty()) {
            return false;
        }
        var hashes = new ArrayList<byte[]>(proof);
        if (Long.bitCount(before) == 1) {
            hashes.addFirst(oldRoot);
        }
        long place = before - 1;
        long last = size - 1;
        while ((place & 1) == 1) {
            place >>= 1;
            last >>= 1;
        }
        byte[] old = hashes.getFirst();
        byte[] current = hashes.getFirst();
        for (byte[] other : hashes.subList(1, hashes.size())) {
            if (last == 0) {
                return false;
            }
            if ((place & 1) == 1 || place == last) {
                old = nodeHash(other, old);
                current = nodeHash(other, current);
                while ((place & 1) == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                current = nodeHash(current, other);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && MessageDigest.isEqual(old, oldRoot) && MessageDigest.isEqual(current, newRoot);
    }

    private static void include(long index, long begin, long end, Nodes nodes, List<byte[]> path) {
        long size = end - begin;
        if (size == 1) {
            return;
        }
        long middle = begin + left(size);
        if (index < middle) {
            include(index, begin, middle, nodes, path);
            path.add(range(middle, end, nodes));
        } else {
            include(index, middle, end, nodes, path);
            path.add(range(begin, middle, nodes));
        }
    }

    private static void subproof(long before, long begin, long end, boolean known, Nodes nodes, List<byte[]> proof) {
        if (before == end) {
            if (!known) {
                proof.add(range(begin, end, nodes));
            }
            return;
        }
        long middle = begin + left(end - begin);
        if (before <= middle) {
            subproof(before, begin, middle, known, nodes, proof);
            proof.add(range(middle, end, nodes));
        } else {
            subproof(before, middle, end, false, nodes, proof);
            proof.add(range(begin, middle, nodes));
        }
    }

    private static byte[] range(long begin, long end, Nodes nodes) {
        long size = end - begin;
        if (Long.bitCount(size) == 1) {
            int level = Long.numberOfTrailingZeros(size);
            return nodes.node(level, begin >> level);
        }
        long middle = begin + left(size);
        return nodeHash(range(begin, middle, nodes), range(middle, end, nodes));
    }

    /** The largest power of two below {@code size}. */
    private static long left(long size) {
        return Long.highestOneBit(size - 1);
    }

    /**
     * The right edge of a growing tree: the roots of its complete subtrees, the largest first. This is all that is needed to add leaves and to compute the root.
     *
     * @param size leaves
     * @param hashes as many as {@code size} has bits that are 1
     */
    record Frontier(long size, List<byte[]> hashes) {
        static final Frontier EMPTY = new Frontier(0, List.of());

        Frontier {
            if (size < 0 || hashes.size() != Long.bitCount(size)) {
                throw new IllegalArgumentException(hashes.size() + " hashes are not an edge of a tree of " + size);
            }
            hashes = List.copyOf(hashes);
        }

        /** Adds the root of a complete subtree of {@code 2^level} leaves; the size must be a multiple of that. */
        Frontier with(byte[] root, int level, Subtrees subtrees) {
            long grown = size + (1L << level);
            int merged = Long.numberOfTrailingZeros(grown) - level;
            byte[] hash = root;
            int kept = hashes.size() - merged;
            for (int i = 1; i <= merged; i++) {
                hash = nodeHash(hashes.get(hashes.size() - i), hash);
                if ((level + i) % 8 == 0) {
                    subtrees.complete(level + i, (grown >> (level + i)) - 1, hash);
                }
            }
            var edge = new ArrayList<>(hashes.subList(0, kept));
            edge.add(hash);
            return new Frontier(grown, edge);
        }

        byte[] root() {
            if (size == 0) {
                return Hashes.sha256().digest();
            }
            byte[] hash = hashes.getLast();
            for (int i = hashes.size() - 2; i >= 0; i--) {
                hash = nodeHash(hashes.get(i), hash);
            }
            return hash;
        }
    }
}
