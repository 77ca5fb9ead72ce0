package io.baseload.service.inference;

/** Quota or audit can't be written now, so nothing is generated. */
public final class LedgerUnavailableException extends RuntimeException {
    public LedgerUnavailableException(Throwable cause) {
        super("The ledger is not available; nothing was generated.", cause);
    }
}
