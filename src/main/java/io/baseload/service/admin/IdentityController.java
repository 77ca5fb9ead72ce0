package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Identities;
import io.baseload.service.tenant.Identity;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UnknownIdentityException;
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

/** A tenant's people, as last seen, and service accounts. */
@RestController
@RequestMapping("/admin/v1/tenants/{tenant}/identities")
final class IdentityController {
    private final Identities identities;
    private final ApiKeys keys;
    private final Tenants tenants;

    IdentityController(Identities identities, ApiKeys keys, Tenants tenants) {
        this.identities = identities;
        this.keys = keys;
        this.tenants = tenants;
    }

    @GetMapping
    Page<IdentityForm> list(
            @PathVariable String tenant, @RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        tenants.require(tenant);
        var request = Page.Request.of(limit, after);
        return Page.of(
                request, identities.list(tenant, request.after(), request.probe()), Identity::id, IdentityForm::of);
    }

    /** Creates a service account. People are recorded when they sign in. */
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    IdentityForm create(
            @PathVariable String tenant,
            @RequestBody IdentityForm.Request request,
            @AuthenticationPrincipal Caller caller) {
        String name = request.checkedName();
        var rights = new ApiKey.Rights(
                request.checkedRoles(), request.checkedModels(), Priority.INTERACTIVE, Optional.empty());
        Refusals.requireMayManage(caller, tenant, rights);
        return IdentityForm.of(identities.create(caller.actor(), tenant, name, rights.roles(), rights.models()));
    }

    /** Removes a service account, or a person until the next sign-in, with all keys. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String tenant, @PathVariable String id, @AuthenticationPrincipal Caller caller) {
        Refusals.requireMayManage(caller, find(tenant, id));
        if (!identities.remove(caller.actor(), tenant, id)) {
            throw new UnknownIdentityException(id);
        }
    }

    /** A key of a service account. It can do no more than the account, whatever the request says. */
    @PostMapping("/{id}/keys")
    @ResponseStatus(HttpStatus.CREATED)
    KeyForm.Issued issue(
            @PathVariable String tenant,
            @PathVariable String id,
            @RequestBody KeyRequest request,
            @AuthenticationPrincipal Caller caller) {
        Identity account = find(tenant, id);
        if (account.person().isPresent()) {
            throw Refusals.personal();
        }
        ApiKey.Rights rights = request.read();
        Refusals.requireMayManage(caller, tenant, rights);
        Refusals.requireNotOutlived(caller, rights);
        if (!account.roles().containsAll(rights.roles())) {
            throw Refusals.invalid("roles", "invalid_value", "'roles' must be among those of the service account.");
        }
        return KeyForm.Issued.of(keys.issue(caller.actor(), tenant, id, rights));
    }

    private Identity find(String tenant, String id) {
        return identities.find(tenant, id).orElseThrow(() -> new UnknownIdentityException(id));
    }
}
