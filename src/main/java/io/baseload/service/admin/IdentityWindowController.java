package io.baseload.service.admin;

import io.baseload.service.quota.UsageReports;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Identities;
import io.baseload.service.tenant.Identity;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UnknownIdentityException;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Budgets of a person or a service account, for all their keys and tokens together. */
@RestController
@RequestMapping("/admin/v1/tenants/{tenant}/identities/{id}/windows")
final class IdentityWindowController {
    private final Tenants tenants;
    private final Identities identities;
    private final UsageReports reports;

    IdentityWindowController(Tenants tenants, Identities identities, UsageReports reports) {
        this.tenants = tenants;
        this.identities = identities;
        this.reports = reports;
    }

    @GetMapping
    WindowsForm.Counted get(@PathVariable String tenant, @PathVariable String id) {
        return WindowsForm.Counted.of(reports.windows(tenant, find(tenant, id).id()));
    }

    /** Replaces all budgets of the identity. */
    @PutMapping
    WindowsForm replace(
            @PathVariable String tenant,
            @PathVariable String id,
            @RequestBody WindowsForm request,
            @AuthenticationPrincipal Caller caller) {
        Refusals.requireMayManage(caller, find(tenant, id));
        return WindowsForm.of(
                tenants.changeIdentityWindows(caller.actor(), tenant, id, request.change("the identity '" + id + "'")));
    }

    /** Removes all budgets of the identity. */
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(@PathVariable String tenant, @PathVariable String id, @AuthenticationPrincipal Caller caller) {
        Refusals.requireMayManage(caller, find(tenant, id));
        var unused = tenants.changeIdentityWindows(caller.actor(), tenant, id, present -> List.of());
    }

    private Identity find(String tenant, String id) {
        return identities.find(tenant, id).orElseThrow(() -> new UnknownIdentityException(id));
    }
}
