package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UnknownTenantException;
import io.baseload.service.web.ApiException;
import java.time.Duration;
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
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A tenant's keys. */
@RestController
@RequestMapping("/admin/v1/tenants/{tenant}/keys")
final class KeyController {
    private static final long DAY = 24 * 60 * 60;
    private static final long MAX_OVERLAP = 30 * DAY;

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
            @PathVariable String tenant, @RequestBody KeyRequest request, @AuthenticationPrincipal Caller caller) {
        ApiKey.Rights rights = request.read();
        requireMayManage(caller, tenant, rights);
        return KeyForm.Issued.of(keys.issue(Acts.actor(caller), tenant, rights));
    }

    /** Changes what the body names, from the next request on. */
    @PatchMapping("/{prefix}")
    KeyForm change(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestBody KeyRequest request,
            @AuthenticationPrincipal Caller caller) {
        return KeyForm.of(keys.change(Acts.actor(caller), tenant, prefix, before -> {
                    requireMayManage(caller, tenant, before);
                    ApiKey.Rights after = request.over(before);
                    requireMayManage(caller, tenant, after);
                    return after;
                })
                .orElseThrow(() -> Refusals.notFound("valid key", prefix)));
    }

    /** @param overlapSeconds how long the old key stays valid; left out = a day */
    @JsonNaming(SnakeCaseStrategy.class)
    record Rotation(@Nullable Long overlapSeconds) {}

    /** A new key with the same rights; both are valid for a while. */
    @PostMapping("/{prefix}/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    KeyForm.Issued rotate(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestBody(required = false) @Nullable Rotation rotation,
            @AuthenticationPrincipal Caller caller) {
        requireMayManage(caller, tenant, prefix);
        Long seconds = rotation == null ? null : rotation.overlapSeconds();
        long overlap = seconds == null ? DAY : Refusals.inRange("overlap_seconds", seconds, 0, MAX_OVERLAP);
        return KeyForm.Issued.of(keys.rotate(Acts.actor(caller), tenant, prefix, Duration.ofSeconds(overlap))
                .orElseThrow(() -> Refusals.notFound("valid key", prefix)));
    }

    /** From the next request on the key is refused. */
    @DeleteMapping("/{prefix}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String tenant, @PathVariable String prefix, @AuthenticationPrincipal Caller caller) {
        requireMayManage(caller, tenant, prefix);
        if (!keys.revoke(Acts.actor(caller), tenant, prefix)) {
            throw Refusals.notFound("valid key", prefix);
        }
    }

    private void requireMayManage(Caller caller, String tenant, String prefix) {
        keys.find(tenant, prefix).ifPresent(key -> requireMayManage(caller, tenant, key.rights()));
    }

    private static void requireMayManage(Caller caller, String tenant, ApiKey.Rights key) {
        if (!caller.mayManage(tenant, key)) {
            throw ApiException.refused(
                    403, "permission_denied", "This API key can't manage keys that may do more than it itself.");
        }
    }
}
