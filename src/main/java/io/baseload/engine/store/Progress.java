package io.baseload.engine.store;

/** Hears how far an import is, and may end it. Called from the importing thread, about once per MiB. */
@FunctionalInterface
public interface Progress {
    Progress NONE = (done, total) -> true;

    /**
     * Hears of a part that was copied.
     *
     * @return false to cancel the import; nothing of it stays
     */
    boolean at(long done, long total);
}
