package io.baseload.engine.api;

/** Hears how far long work on a model is, and may end it. Called from the working thread, about once per MiB. */
@FunctionalInterface
public interface Progress {
    Progress NONE = (done, total) -> true;

    /**
     * Hears of a part that is done.
     *
     * @return false to cancel the work; nothing of it stays
     */
    boolean at(long done, long total);
}
