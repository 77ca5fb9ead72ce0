package io.baseload.chat.api;

/** Nobody waits for the answer any more, so the request was given up before the answer began. */
public final class AbandonedException extends RuntimeException {
    public AbandonedException() {
        super("Nobody waits for the answer any more.");
    }
}
