package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UnknownTenantException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A tenant's keys. */
@RestController
@RequestMapping("/admin/v1/tenants/{tenant}/keys")
final class KeyController {
    private final ApiKeys keys;
    private final Tenants tenants;

    KeyController(ApiKeys keys, Tenants tenants) {
        this.keys = keys;
        this.tenants = tenants;
    }

    /** Revoked keys too. */
    @GetMapping
    Page<KeyForm> list(
            @PathVariable String tenant, @RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        if (tenants.find(tenant).isEmpty()) {
            throw new UnknownTenantException(tenant);
        }
        var request = Page.Request.of(limit, after);
        return Page.of(request, keys.list(tenant, request.after(), request.probe()), ApiKey::prefix, KeyForm::of);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    KeyForm.Issued issue(
            @PathVariable String tenant, @RequestBody KeyWish wish, @AuthenticationPrincipal Caller caller) {
        return KeyForm.Issued.of(keys.issue(Acts.actor(caller), tenant, wish.read()));
    }

    /** From the next request on the key is refused. */
    @DeleteMapping("/{prefix}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String tenant, @PathVariable String prefix, @AuthenticationPrincipal Caller caller) {
        if (!keys.revoke(Acts.actor(caller), tenant, prefix)) {
            throw Refusals.notFound("valid key", prefix);
        }
    }
}
