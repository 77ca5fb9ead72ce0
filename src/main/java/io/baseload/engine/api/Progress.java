package io.baseload.engine.api;

/** Receives the progress of a long operation on a model, and can cancel it. Called by the working thread, about once per MiB. */
@FunctionalInterface
public interface Progress {
    Progress NONE = (done, total) -> true;

    /**
     * Reports the completed part.
     *
     * @return false to cancel the operation, so that nothing of it remains
     */
    boolean at(long done, long total);
}
