package io.baseload.service.admin;

import io.baseload.service.quota.UsageReports;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UnknownTenantException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What tenants have used. */
@RestController
final class UsageController {
    private static final Instant FAR = Instant.parse("9999-01-01T00:00:00Z");

    private final Tenants tenants;
    private final UsageReports reports;

    UsageController(Tenants tenants, UsageReports reports) {
        this.tenants = tenants;
        this.reports = reports;
    }

    /**
     * @param from first moment, RFC 3339; left out = from the beginning
     * @param to moment after the last, RFC 3339; left out = until now
     */
    @GetMapping("/admin/v1/tenants/{tenant}/usage")
    UsageForm usage(
            @PathVariable("tenant") String id, @RequestParam @Nullable String from, @RequestParam @Nullable String to) {
        if (tenants.find(id).isEmpty()) {
            throw new UnknownTenantException(id);
        }
        Instant begin = from == null ? Instant.EPOCH : Refusals.time("from", from);
        Instant end = to == null ? FAR : Refusals.time("to", to);
        return UsageForm.of(reports.usage(id, begin, end));
    }
}
