package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.baseload.service.quota.UsageReports;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.web.ApiException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

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

    /**
     * @param windows none = an empty list
     * @param expectedWindows in a request: the windows that the caller knows, and changes only if nobody else has changed them
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Windows(
            @Nullable List<@Nullable BudgetForm> windows,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<@Nullable BudgetForm> expectedWindows) {}

    /** Budgets, with the usage of the current windows. */
    record Counted(List<UsageForm.Window> windows) {}

    @GetMapping
    Counted get(@PathVariable String tenant, @PathVariable String prefix) {
        String key = tenants.budgetKey(tenant, prefix).orElseThrow(() -> Refusals.notFound("key", prefix));
        return new Counted(reports.keyWindows(tenant, key).stream()
                .map(UsageForm.Window::of)
                .toList());
    }

    /** Replaces all budgets of the key. */
    @PutMapping
    Windows replace(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestBody Windows request,
            @AuthenticationPrincipal Caller caller) {
        requireMayManage(caller, tenant, prefix);
        var windows = BudgetForm.read(Refusals.present("windows", request.windows()));
        var changed = tenants.changeKeyWindows(caller.actor(), tenant, prefix, before -> {
                    BudgetForm.requireExpected(request.expectedWindows(), before, "the key '" + prefix + "'");
                    return windows;
                })
                .orElseThrow(() -> Refusals.notFound("key", prefix));
        return new Windows(
                changed.stream().<@Nullable BudgetForm>map(BudgetForm::of).toList(), null);
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
