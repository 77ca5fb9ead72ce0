package io.baseload.chat.api;

/** An answer that is computed elsewhere did not come, or not whole. Where a {@link PreparedCompletion} throws it at its start, nothing of the answer has come. */
public final class UpstreamException extends RuntimeException {
    private final Reason reason;

    public UpstreamException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** What went wrong. */
    public enum Reason {
        /** Nobody answers there. */
        UNREACHABLE,
        /** It failed, broke off, or said something that is no answer. */
        FAILED,
        /** It took too long. */
        TIMEOUT
    }

    public Reason reason() {
        return reason;
    }
}
