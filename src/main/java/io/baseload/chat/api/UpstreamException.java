package io.baseload.chat.api;

/** A remote answer did not arrive, or not completely. If a {@link PreparedCompletion} or {@link PreparedEncoding} throws it at its start, nothing of the answer has arrived. */
public final class UpstreamException extends RuntimeException {
    private final Reason reason;

    public UpstreamException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** The kind of failure. */
    public enum Reason {
        /** The server is unreachable. */
        UNREACHABLE,
        /** The server failed, broke off, or sent something that is not an answer. */
        FAILED,
        /** The server has no route for such requests, or doesn't know the model; which of the two, it does not say. */
        UNSUPPORTED,
        /** The server took too long. */
        TIMEOUT
    }

    public Reason reason() {
        return reason;
    }
}
