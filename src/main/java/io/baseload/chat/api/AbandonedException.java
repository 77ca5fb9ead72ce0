package io.baseload.chat.api;

/** Nobody waits for the answer any more, so the request was given up. */
public final class AbandonedException extends RuntimeException {
    private final boolean begun;

    /** Before the answer began. */
    public AbandonedException() {
        this(false);
    }

    /** @param begun whether a part of it was already computed, or may have been, by a remote server that has the request */
    public AbandonedException(boolean begun) {
        super("Nobody waits for the answer any more.");
        this.begun = begun;
    }

    public boolean begun() {
        return begun;
    }
}
