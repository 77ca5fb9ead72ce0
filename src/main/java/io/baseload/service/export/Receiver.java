package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import java.io.IOException;
import java.util.List;

/** A receiver of entries. */
interface Receiver {
    /**
     * Sends the first of these entries, as many as it takes at a time, and returns their number when they were accepted. After an exception they are sent again.
     *
     * @throws BatchTooLargeException if fewer may be accepted
     */
    int send(List<AuditEntry> entries) throws IOException, InterruptedException;
}
