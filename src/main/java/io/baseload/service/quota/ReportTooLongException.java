package io.baseload.service.quota;

import java.time.Duration;

/** A report of usage covers more than the database adds up in the time that it has. */
public final class ReportTooLongException extends RuntimeException {
    ReportTooLongException(Duration limit, Throwable cause) {
        super("The report takes longer than " + limit.toSeconds() + " s: request a shorter period.", cause);
    }
}
