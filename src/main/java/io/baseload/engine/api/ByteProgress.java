package io.baseload.engine.api;

/** Receives the progress of a long operation on a model, and can cancel it. Called by the working thread, again and again: about once per MiB that is written, once per matrix that is packed. */
@FunctionalInterface
public interface ByteProgress {
    ByteProgress NONE = (done, total) -> true;

    /**
     * Reports the completed bytes.
     *
     * @return false to cancel the operation, so that nothing of it remains
     */
    boolean at(long done, long total);
}
