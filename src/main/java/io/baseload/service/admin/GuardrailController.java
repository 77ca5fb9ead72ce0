package io.baseload.service.admin;

import io.baseload.service.guardrail.FilterSettings;
import io.baseload.service.guardrail.Guardrails;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Tenants;
import java.util.List;
import java.util.Objects;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The filters on a tenant's requests and answers. */
@RestController
@RequestMapping("/admin/v1/tenants/{tenant}/guardrails")
final class GuardrailController {
    private final Guardrails guardrails;
    private final Tenants tenants;

    GuardrailController(Guardrails guardrails, Tenants tenants) {
        this.guardrails = guardrails;
        this.tenants = tenants;
    }

    @GetMapping
    GuardrailForm get(@PathVariable String tenant) {
        return GuardrailForm.of(guardrails.of(tenants.require(tenant).id()));
    }

    /** Replaces all filters, in their order; an empty list removes them. */
    @PutMapping
    GuardrailForm change(
            @PathVariable String tenant, @RequestBody GuardrailForm form, @AuthenticationPrincipal Caller caller) {
        String id = tenants.require(tenant).id();
        List<FilterSettings> filters = form.read();
        var changed = GuardrailForm.of(filters);
        guardrails.change(caller.actor(), id, filters, Objects.requireNonNull(changed.filters()));
        return changed;
    }
}
