package io.baseload.service.inference;

/** Quota or audit can't be written now. */
public final class LedgerUnavailableException extends RuntimeException {
    private final boolean generated;

    /** Before anything was generated. */
    public LedgerUnavailableException(Throwable cause) {
        this("The ledger is not available; nothing was generated.", false, cause);
    }

    private LedgerUnavailableException(String message, boolean generated, Throwable cause) {
        super(message, cause);
        this.generated = generated;
    }

    /** The answer is there, and is charged, but couldn't be kept in time as the tenant wants it. */
    static LedgerUnavailableException afterAnswer(Throwable cause) {
        return new LedgerUnavailableException("The answer was generated, but could not be kept in time.", true, cause);
    }

    /** Whether an answer was generated, so that another try is charged again. */
    public boolean generated() {
        return generated;
    }
}
