package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import java.io.IOException;
import java.util.List;

/** A receiver of entries. */
interface Receiver {
    /** Returns when they were accepted. After an exception the batch is sent again. */
    void send(List<AuditEntry> entries) throws IOException, InterruptedException;
}
