package io.baseload.service.audit;

import java.util.List;
import java.util.Optional;

/** Proofs from the trail's Merkle tree. Each is checked before it is returned. */
public final class AuditProofs {
    private final TrailRows rows;
    private final Checkpoints checkpoints;

    AuditProofs(TrailRows rows, Checkpoints checkpoints) {
        this.rows = rows;
        this.checkpoints = checkpoints;
    }

    /**
     * Shows that the trail of a checkpoint contains an entry.
     *
     * @param path hashes from the leaf's sibling up to below the root
     */
    public record Inclusion(AuditEntry entry, byte[] leafHash, Checkpoint checkpoint, List<byte[]> path) {}

    /**
     * Shows that the trail of {@code size} entries begins with that of {@code before}.
     *
     * @param root of the {@code before} entries
     */
    public record Consistency(long before, byte[] root, Checkpoint checkpoint, List<byte[]> path) {}

    /** An entry, if it is in the trail and was not dropped with its segment. */
    public Optional<AuditEntry> entry(long seq) {
        return rows.entry(seq);
    }

    /** The latest checkpoint, without taking a new one; empty if this process has signed none yet. */
    public Optional<Checkpoint> known() {
        return checkpoints.latest();
    }

    /** The latest checkpoint; a new one is taken if something was appended since. Empty if this process signs nothing now. */
    public Optional<Checkpoint> latest() {
        return checkpoints.take();
    }

    /**
     * Proves an entry against the latest checkpoint; empty if that doesn't cover it.
     *
     * @throws TrailBrokenException if the trail differs from the signed one
     */
    public Optional<Inclusion> inclusion(AuditEntry entry) {
        long index = entry.seq() - 1;
        byte[] leaf = MerkleTree.leafHash(entry.canonical());
        return covering(entry.seq()).map(checkpoint -> {
            var path = MerkleTree.inclusion(index, checkpoint.size(), new MerkleNodes(rows));
            if (!MerkleTree.includes(leaf, index, checkpoint.size(), path, checkpoint.root())) {
                throw new TrailBrokenException(entry.seq(), "entry " + entry.seq() + " is not what was signed");
            }
            return new Inclusion(entry, leaf, checkpoint, path);
        });
    }

    /**
     * Proves that the latest checkpoint continues an earlier size; empty if it covers fewer entries.
     *
     * @throws TrailBrokenException if the trail differs from the signed one
     * @throws ArchivedException if the size is within a dropped segment and no checkpoint's
     */
    public Optional<Consistency> consistency(long before) {
        return covering(before).map(checkpoint -> {
            var nodes = new MerkleNodes(rows);
            byte[] root = MerkleTree.root(before, nodes);
            var path = MerkleTree.consistency(before, checkpoint.size(), nodes);
            if (!MerkleTree.isConsistent(before, root, checkpoint.size(), checkpoint.root(), path)) {
                throw new TrailBrokenException(before, "the first " + before + " entries are not what was signed");
            }
            return new Consistency(before, root, checkpoint, path);
        });
    }

    private Optional<Checkpoint> covering(long size) {
        return checkpoints
                .latest()
                .filter(it -> it.size() >= size)
                .or(() -> checkpoints.take().filter(it -> it.size() >= size));
    }
}
