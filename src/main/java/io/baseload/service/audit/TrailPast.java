package io.baseload.service.audit;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the nodes of the Merkle tree in the database prove about earlier entries, without reading them. */
final class TrailPast {
    private static final Logger log = LoggerFactory.getLogger(TrailPast.class);

    private final TrailRows rows;

    TrailPast(TrailRows rows) {
        this.rows = rows;
    }

    /** The state of a walk after the entries of a checkpoint; empty if the database doesn't have it, or has another one. */
    Optional<TrailState> stateOf(Checkpoint checkpoint) {
        try {
            TrailState state = new MerkleNodes(rows).stateAfter(checkpoint.size());
            return Optional.of(state).filter(checkpoint::isOf);
        } catch (ArchivedException | TrailBrokenException e) {
            log.debug("the walk begins with the first entry", e);
            return Optional.empty();
        }
    }

    /**
     * Requires that the trail continues a checkpoint. What was dropped has left the nodes of the tree that prove this.
     *
     * @param size of the checkpoint
     * @param base a later state
     * @throws NotSignedException if nodes are missing: not only if somebody has removed them, but also if the database never had that checkpoint, because the process ended, or
     *     another was faster, after the home had it. Nothing is signed either way
     * @throws TrailBrokenException if they prove the opposite
     */
    void requireContinued(long size, byte[] root, TrailState base) {
        List<byte[]> proof;
        try {
            proof = MerkleTree.consistency(size, base.size(), new MerkleNodes(rows));
        } catch (ArchivedException | TrailBrokenException e) {
            log.debug("there is no proof", e);
            throw new NotSignedException("The trail begins with entry " + (base.size() + 1)
                    + ", and nothing proves that the dropped entries continue the last known checkpoint, of " + size
                    + " entries.");
        }
        if (!MerkleTree.isConsistent(size, root, base.size(), base.tree().root(), proof)) {
            throw new TrailBrokenException(
                    base.size() + 1,
                    "the trail begins with entry " + (base.size() + 1) + ", and the dropped entries do not continue"
                            + " the last known checkpoint, of " + size + " entries");
        }
    }
}
