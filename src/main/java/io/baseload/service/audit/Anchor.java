package io.baseload.service.audit;

/** A place outside of the database's and the home's reach that keeps checkpoints. */
public interface Anchor {
    /** For logs and metrics. */
    String name();

    /**
     * Keeps a checkpoint. May be told the same twice.
     *
     * @throws RuntimeException if it can't now; it is asked again a minute later
     */
    void keep(Checkpoint checkpoint);
}
