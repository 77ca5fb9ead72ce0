package io.baseload.service.admin;

import io.baseload.service.quota.UsageReports;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.web.ApiException;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Budgets of a key, shared with the keys that it replaced by rotation. */
@RestController
@RequestMapping("/admin/v1/tenants/{tenant}/keys/{prefix}/windows")
final class KeyWindowController {
    private final Tenants tenants;
    private final ApiKeys keys;
    private final UsageReports reports;

    KeyWindowController(Tenants tenants, ApiKeys keys, UsageReports reports) {
        this.tenants = tenants;
        this.keys = keys;
        this.reports = reports;
    }

    @GetMapping
    WindowsForm.Counted get(@PathVariable String tenant, @PathVariable String prefix) {
        String key = tenants.budgetKey(tenant, prefix).orElseThrow(() -> Refusals.notFound("key", prefix));
        return WindowsForm.Counted.of(reports.windows(tenant, key));
    }

    /** Replaces all budgets of the key. */
    @PutMapping
    WindowsForm replace(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestBody WindowsForm request,
            @AuthenticationPrincipal Caller caller) {
        requireMayManage(caller, tenant, prefix);
        return WindowsForm.of(
                tenants.changeKeyWindows(caller.actor(), tenant, prefix, request.change("the key '" + prefix + "'"))
                        .orElseThrow(() -> Refusals.notFound("key", prefix)));
    }

    private void requireMayManage(Caller caller, String tenant, String prefix) {
        keys.find(tenant, prefix).ifPresent(key -> {
            if (!caller.mayManage(tenant, key.rights())) {
                throw ApiException.refused(
                        403, "permission_denied", "This API key can't manage keys with more rights than its own.");
            }
        });
    }
}
