package io.baseload.service.database;

/** A request needs more of the database than it may take. */
public final class StatementTooLongException extends RuntimeException {
    private final String field;

    StatementTooLongException(StatementLimit limit, Throwable cause) {
        super(
                "The database needs longer than " + limit.time().toSeconds() + " s for this: " + limit.advice() + ".",
                cause);
        this.field = limit.field();
    }

    /** Of the request, by which it can ask for less. */
    public String field() {
        return field;
    }
}
