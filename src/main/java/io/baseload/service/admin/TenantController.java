package io.baseload.service.admin;

import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Tenants and their limits. */
@RestController
@RequestMapping("/admin/v1/tenants")
final class TenantController {
    static final int DEFAULT_CONCURRENT = 64;

    private final Tenants tenants;

    TenantController(Tenants tenants) {
        this.tenants = tenants;
    }

    @GetMapping
    Page<TenantForm> list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        var request = Page.Request.of(limit, after);
        return Page.of(request, tenants.list(request.after(), request.probe()), Tenant::id, TenantForm::of);
    }

    @GetMapping("/{tenant}")
    TenantForm get(@PathVariable("tenant") String id) {
        return TenantForm.of(tenants.require(id));
    }

    @PostMapping
    ResponseEntity<TenantForm> create(@RequestBody TenantForm form, @AuthenticationPrincipal Caller caller) {
        String id = Refusals.present("id", form.id());
        if (!id.matches(Tenant.ID)) {
            throw Refusals.invalid("id", "invalid_value", "'id' must match " + Tenant.ID + ".");
        }
        Tenant tenant = form.over(new Tenant(id, List.of(), DEFAULT_CONCURRENT, 1));
        return ResponseEntity.created(URI.create("/admin/v1/tenants/" + id))
                .body(TenantForm.of(tenants.create(caller.actor(), tenant)));
    }

    /** Changes the members in the body; windows are replaced as a whole. */
    @PatchMapping("/{tenant}")
    TenantForm change(
            @PathVariable("tenant") String id, @RequestBody TenantForm form, @AuthenticationPrincipal Caller caller) {
        if (form.id() != null && !form.id().equals(id)) {
            throw Refusals.invalid("id", "invalid_value", "'id' can't be changed.");
        }
        return TenantForm.of(tenants.change(caller.actor(), id, form::over));
    }

    @DeleteMapping("/{tenant}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable("tenant") String id, @AuthenticationPrincipal Caller caller) {
        tenants.delete(caller.actor(), id);
    }
}
