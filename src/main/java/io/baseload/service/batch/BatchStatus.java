package io.baseload.service.batch;

import java.util.Locale;

/** How far a batch is. */
enum BatchStatus {
    /** Its file is being read. */
    VALIDATING,
    /** Its file has lines that are no requests, and none was run; or its files could not be read or written. */
    FAILED,
    IN_PROGRESS,
    /** Its answers are being written to files. */
    FINALIZING,
    COMPLETED,
    /** Its time was over before all lines were run. */
    EXPIRED,
    /** Nothing more is begun; what runs goes on to its end. */
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
