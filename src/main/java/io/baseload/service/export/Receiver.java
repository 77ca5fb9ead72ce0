package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import java.io.IOException;
import java.util.List;

/** Somebody who takes entries. */
interface Receiver {
    /** Returns when they were taken. What was sent before an exception is sent again. */
    void send(List<AuditEntry> entries) throws IOException, InterruptedException;
}
