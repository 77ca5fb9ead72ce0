package io.baseload.service.audit;

/** The trail differs from its earlier state, or from the signed one. */
public final class TrailBrokenException extends RuntimeException {
    private final long seq;

    /** @param seq the first entry that is known to be changed, missing or contradicting */
    TrailBrokenException(long seq, String message) {
        super(message);
        this.seq = seq;
    }

    public long seq() {
        return seq;
    }
}
