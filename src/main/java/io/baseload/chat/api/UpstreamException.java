package io.baseload.chat.api;

/** A remote answer did not arrive, or not completely. If a {@link PreparedCompletion} or {@link PreparedEncoding} throws it at its start, nothing of the answer has arrived. */
public final class UpstreamException extends RuntimeException {
    private final Reason reason;
    private final boolean begun;

    public UpstreamException(Reason reason, String message) {
        this(reason, message, false);
    }

    /** @param begun whether the server has the whole request and may be computing, so that it costs something */
    public UpstreamException(Reason reason, String message, boolean begun) {
        super(message);
        this.reason = reason;
        this.begun = begun;
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

    public boolean begun() {
        return begun;
    }
}
