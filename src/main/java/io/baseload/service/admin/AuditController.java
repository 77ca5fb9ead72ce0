package io.baseload.service.admin;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.AuditVerifier;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The audit trail and its verification. */
@RestController
@RequestMapping("/admin/v1/audit")
final class AuditController {
    private final AuditTrail trail;
    private final AuditVerifier verifier;

    AuditController(AuditTrail trail, AuditVerifier verifier) {
        this.trail = trail;
        this.verifier = verifier;
    }

    /**
     * Entries in order.
     *
     * @param after the number of the last entry seen
     * @param kind one kind, or all that begin so if it ends in a dot
     */
    @GetMapping
    Page<AuditForm> list(
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Long after,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String kind) {
        var request = Page.Request.of(limit, null);
        var entries =
                trail.page(after == null ? 0 : after, filter("tenant", tenant), filter("kind", kind), request.probe());
        return Page.of(request, entries, entry -> Long.toString(entry.seq()), AuditForm::of);
    }

    private static Optional<String> filter(String name, @Nullable String value) {
        return Optional.ofNullable(value).map(text -> Refusals.text(name, text));
    }

    /** Walks over the whole trail. */
    @GetMapping("/verification")
    VerificationForm verify() {
        return VerificationForm.of(verifier.verify());
    }
}
