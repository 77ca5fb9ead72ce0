package io.baseload.service.audit;

import java.util.List;

/** A place outside of the database's and the home's reach that keeps checkpoints. */
public interface Anchor {
    /** For logs and metrics. */
    String name();

    /**
     * Keeps a checkpoint. May be told the same twice.
     *
     * @param history for those who want proof that it continues what they have
     * @return the checkpoint, with signatures that the anchor adds
     * @throws RuntimeException if it can't now; it is asked again a minute later
     */
    Checkpoint keep(Checkpoint checkpoint, History history);

    /** The trail behind a checkpoint. */
    @FunctionalInterface
    interface History {
        /** The hashes which prove that the checkpoint continues the first {@code size} entries (RFC 6962); none for 0 or all. */
        List<byte[]> consistencyFrom(long size);
    }
}
