package io.baseload.service.batch;

import java.util.Locale;

/** The status of a batch. */
enum BatchStatus {
    /** Its file is being read. */
    VALIDATING,
    /** Its file has lines that are not requests, and none was run; or its files could not be read or written. */
    FAILED,
    IN_PROGRESS,
    /** Its answers are being written to files. */
    FINALIZING,
    COMPLETED,
    /** Its window ended before all lines were run. */
    EXPIRED,
    /** No more lines are begun; running ones are completed. */
    CANCELLING,
    CANCELLED;

    /** The name in JSON and SQL. */
    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static BatchStatus of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
