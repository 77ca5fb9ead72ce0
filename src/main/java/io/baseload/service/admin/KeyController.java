package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.KeyProperties;
import io.baseload.service.tenant.Tenants;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
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

/** A tenant's keys. */
@RestController
@RequestMapping("/admin/v1/tenants/{tenant}/keys")
final class KeyController {
    private final ApiKeys keys;
    private final Tenants tenants;
    private final KeyProperties properties;

    KeyController(ApiKeys keys, Tenants tenants, KeyProperties properties) {
        this.keys = keys;
        this.tenants = tenants;
        this.properties = properties;
    }

    /** Revoked keys too. */
    @GetMapping
    Page<KeyForm> list(
            @PathVariable String tenant, @RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        tenants.require(tenant);
        var request = Page.Request.of(limit, after);
        return Page.of(request, keys.list(tenant, request.after(), request.probe()), ApiKey::prefix, this::form);
    }

    /** Also if it is revoked. */
    @GetMapping("/{prefix}")
    KeyForm get(@PathVariable String tenant, @PathVariable String prefix) {
        return form(keys.find(tenant, prefix).orElseThrow(() -> Refusals.notFound("key", prefix)));
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    KeyForm.Issued issue(
            @PathVariable String tenant, @RequestBody KeyRequest request, @AuthenticationPrincipal Caller caller) {
        ApiKey.Rights rights = request.read();
        Refusals.requireMayManage(caller, tenant, rights);
        Refusals.requireNotOutlived(caller, rights);
        return KeyForm.Issued.of(keys.issue(caller.actor(), tenant, rights));
    }

    /** Changes the members in the body, from the next request on. */
    @PatchMapping("/{prefix}")
    KeyForm change(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestBody KeyRequest request,
            @AuthenticationPrincipal Caller caller) {
        boolean personal = isPersonal(tenant, prefix);
        return form(keys.change(caller.actor(), tenant, prefix, before -> {
                    Refusals.requireMayManage(caller, tenant, before);
                    ApiKey.Rights after = request.over(before);
                    Refusals.requireMayManage(caller, tenant, after);
                    if (after.endsAfter(before)) {
                        Refusals.requireNotOutlived(caller, after);
                    }
                    if (personal && after.endsAfter(before)) {
                        throw Refusals.invalid(
                                "expires_at",
                                "invalid_value",
                                "'expires_at' of a person's key can only be brought forward.");
                    }
                    return after;
                })
                .orElseThrow(() -> Refusals.notFound("valid key", prefix)));
    }

    /** A new key with the same rights and, unless the body has another, the same expiry; both are valid for a while. */
    @PostMapping("/{prefix}/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    KeyForm.Issued rotate(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestBody(required = false) @Nullable RotationRequest request,
            @AuthenticationPrincipal Caller caller) {
        requireMayManage(caller, tenant, prefix);
        if (isPersonal(tenant, prefix)) {
            throw Refusals.personal();
        }
        var rotation = request == null ? RotationRequest.USUAL : request;
        return KeyForm.Issued.of(keys.rotate(caller.actor(), tenant, prefix, rotation.overlap(), old -> {
                    Refusals.requireMayManage(caller, tenant, old); // again: it may have gained rights meanwhile
                    ApiKey.Rights next = rotation.over(old, old.expiresAt());
                    Refusals.requireNotOutlived(caller, next);
                    return next;
                })
                .orElseThrow(() -> Refusals.notFound("valid key", prefix)));
    }

    /** From the next request on the key is refused. */
    @DeleteMapping("/{prefix}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String tenant, @PathVariable String prefix, @AuthenticationPrincipal Caller caller) {
        requireMayManage(caller, tenant, prefix);
        if (!keys.revoke(caller.actor(), tenant, prefix)) {
            throw Refusals.notFound("valid key", prefix);
        }
    }

    private boolean isPersonal(String tenant, String prefix) {
        return keys.find(tenant, prefix).filter(ApiKey::isPersonal).isPresent();
    }

    private KeyForm form(ApiKey key) {
        return KeyForm.of(key, properties.expiryNotice());
    }

    private void requireMayManage(Caller caller, String tenant, String prefix) {
        keys.find(tenant, prefix).ifPresent(key -> Refusals.requireMayManage(caller, tenant, key.rights()));
    }
}
