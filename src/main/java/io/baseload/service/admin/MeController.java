package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.KeyProperties;
import io.baseload.service.web.ApiException;
import java.time.Instant;
import java.util.Optional;
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

/** The caller, and a person's own keys: none has more rights than the person, and all expire. */
@RestController
@RequestMapping("/admin/v1/me")
final class MeController {
    private static final int MAX_KEYS = 50;

    private final ApiKeys keys;
    private final KeyProperties properties;

    MeController(ApiKeys keys, KeyProperties properties) {
        this.keys = keys;
        this.properties = properties;
    }

    @GetMapping
    MeForm me(@AuthenticationPrincipal Caller caller) {
        return MeForm.of(caller);
    }

    @GetMapping("/keys")
    Page<KeyForm> list(
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable String after,
            @AuthenticationPrincipal Caller caller) {
        var request = Page.Request.of(limit, after);
        return Page.of(
                request,
                keys.list(caller.tenant(), caller.keyPrefix(), request.after(), request.probe()),
                ApiKey::prefix,
                key -> KeyForm.of(key, properties.expiryNotice()));
    }

    @PostMapping("/keys")
    @ResponseStatus(HttpStatus.CREATED)
    KeyForm.Issued issue(@RequestBody KeyRequest request, @AuthenticationPrincipal Caller caller) {
        Instant latest = latest();
        ApiKey.Rights rights = request.within(caller.rights(), latest);
        if (!caller.mayOwn(rights)) {
            throw ApiException.refused(403, "permission_denied", "Your key can't do more than you can.");
        }
        requireExpiry(rights, latest);
        requireRoom(caller);
        return KeyForm.Issued.of(keys.issue(caller.actor(), caller.tenant(), caller.keyPrefix(), rights));
    }

    /** A new key with the same rights; both are valid for a while. */
    @PostMapping("/keys/{prefix}/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    KeyForm.Issued rotate(
            @PathVariable String prefix,
            @RequestBody(required = false) @Nullable RotationRequest request,
            @AuthenticationPrincipal Caller caller) {
        requireOwn(caller, prefix);
        requireRoom(caller);
        var rotation = request == null ? RotationRequest.USUAL : request;
        return KeyForm.Issued.of(keys.rotate(caller.actor(), caller.tenant(), prefix, rotation.overlap(), old -> {
                    Instant latest = latest();
                    ApiKey.Rights next = rotation.over(old, Optional.of(latest));
                    requireExpiry(next, latest);
                    return next;
                })
                .orElseThrow(() -> Refusals.notFound("valid key", prefix)));
    }

    /** From the next request on the key is refused. */
    @DeleteMapping("/keys/{prefix}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String prefix, @AuthenticationPrincipal Caller caller) {
        requireOwn(caller, prefix);
        if (!keys.revoke(caller.actor(), caller.tenant(), prefix)) {
            throw Refusals.notFound("valid key", prefix);
        }
    }

    private void requireExpiry(ApiKey.Rights rights, Instant latest) {
        if (rights.expiresAt().filter(end -> !end.isAfter(latest)).isEmpty()) {
            throw Refusals.invalid(
                    "expires_at",
                    "invalid_value",
                    "'expires_at' must be within "
                            + properties.personalLifetime().toDays() + " days.");
        }
    }

    private Instant latest() {
        return Instant.now().plus(properties.personalLifetime());
    }

    private void requireOwn(Caller caller, String prefix) {
        var own = Optional.of(caller.keyPrefix());
        if (keys.find(caller.tenant(), prefix)
                .filter(key -> key.identity().equals(own))
                .isEmpty()) {
            throw Refusals.notFound("valid key", prefix);
        }
    }

    private void requireRoom(Caller caller) {
        if (keys.countValid(caller.tenant(), caller.keyPrefix()) >= MAX_KEYS) {
            throw ApiException.refused(409, "conflict", "You have " + MAX_KEYS + " keys; revoke one first.");
        }
    }
}
