package io.baseload.service.audit;

import java.util.List;

/** A place outside the reach of the database and the home that keeps checkpoints. */
public interface Anchor {
    /** For logs and metrics. */
    String name();

    /**
     * Keeps a checkpoint. May be called twice with the same one.
     *
     * @param history for anchors that need a proof that it continues their last one
     * @return the checkpoint, with signatures added by the anchor
     * @throws RuntimeException if it can't now; it is called again a minute later
     */
    Checkpoint keep(Checkpoint checkpoint, History history);

    /** The trail behind a checkpoint. */
    @FunctionalInterface
    interface History {
        /** The hashes which prove that the checkpoint continues the first {@code size} entries (RFC 6962); none for 0 or all. */
        List<byte[]> consistencyFrom(long size);
    }
}
