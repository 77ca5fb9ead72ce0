package io.baseload.service.admin;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.AuditVerifier;
import io.baseload.service.audit.Checkpoints;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.LimitedRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
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
    private final Checkpoints checkpoints;

    AuditController(AuditTrail trail, AuditVerifier verifier, Checkpoints checkpoints) {
        this.trail = trail;
        this.verifier = verifier;
        this.checkpoints = checkpoints;
    }

    /**
     * Entries in order; fewer than {@code limit} if they are large.
     *
     * @param after the number of the last entry seen
     * @param kind one kind, or all with this prefix if it ends in a dot
     */
    @GetMapping
    Page<AuditForm> list(
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Long after,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String kind,
            @AuthenticationPrincipal Caller caller,
            HttpServletRequest request) {
        int most = Page.Request.of(limit, null).limit();
        Optional<String> seen = visible(tenant, caller);
        Optional<String> wanted = filter("kind", kind);
        var page = trail.page(after == null ? 0 : after, seen, wanted, most);
        LimitedRequest.count(request, page.bytes()); // until the client has read them
        var asked = new TreeMap<String, Object>();
        seen.ifPresent(it -> asked.put("tenant", it));
        wanted.ifPresent(it -> asked.put("kind", it));
        trail.recordRead(caller.actor(), asked, page.entries());
        return new Page<>(
                "list",
                page.entries().stream().map(AuditForm::of).toList(),
                page.more() ? Long.toString(page.entries().getLast().seq()) : null);
    }

    /** A key that isn't the platform's sees only its own tenant, whatever the query says. */
    private static Optional<String> visible(@Nullable String tenant, Caller caller) {
        var asked = filter("tenant", tenant);
        if (caller.isPlatform()) {
            return asked;
        }
        if (asked.filter(other -> !other.equals(caller.tenant())).isPresent()) {
            throw ApiException.refused(
                    403, "permission_denied", "This API key sees the entries of its own tenant only.");
        }
        return Optional.of(caller.tenant());
    }

    private static Optional<String> filter(String name, @Nullable String value) {
        return Optional.ofNullable(value).map(text -> Refusals.text(name, text));
    }

    /** Verifies the entries appended since the last time, and a range of the earlier ones. */
    @GetMapping("/verification")
    VerificationForm verify() {
        return VerificationForm.of(verifier.verify(), checkpoints.signing());
    }
}
