package io.baseload.service.admin;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.tenant.Caller;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Records actions of operators. */
@Component
final class AdminActions {
    private final AuditTrail trail;

    AdminActions(AuditTrail trail) {
        this.trail = trail;
    }

    /** Within a transaction the record is committed or rolled back with it. */
    void record(Caller caller, String kind, String subject, Map<String, ?> detail) {
        trail.recordAdmin(caller.actor(), "admin." + kind, subject, detail);
    }
}
