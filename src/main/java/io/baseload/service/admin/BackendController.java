package io.baseload.service.admin;

import io.baseload.service.backend.Backend;
import io.baseload.service.outbound.Secret;
import io.baseload.service.routing.Backends;
import io.baseload.service.routing.Backends.Known;
import io.baseload.service.tenant.Caller;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

/** Remote engines that answer for this service. */
@RestController
@RequestMapping("/admin/v1/backends")
final class BackendController {
    private final Backends backends;
    private final AdminActions actions;

    BackendController(Backends backends, AdminActions actions) {
        this.backends = backends;
        this.actions = actions;
    }

    @GetMapping
    Page<BackendForm> list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        var request = Page.Request.of(limit, after);
        return Page.of(
                request,
                backends.page(request.after(), request.probe()),
                known -> known.backend().name(),
                BackendForm::of);
    }

    @GetMapping("/{name}")
    BackendForm get(@PathVariable String name) {
        return BackendForm.of(backends.find(name).orElseThrow(() -> Refusals.notFound("backend", name)));
    }

    @PostMapping
    ResponseEntity<BackendForm> create(@RequestBody BackendRequest request, @AuthenticationPrincipal Caller caller) {
        String name = Refusals.present("name", request.name());
        URI address = backends.address(Refusals.present("base_url", request.baseUrl()));
        Backend blank = new Backend(
                name,
                address,
                new Secret.None(),
                List.of(),
                Backend.Limits.DEFAULT,
                Instant.now().truncatedTo(ChronoUnit.MICROS));
        Backend backend = request.over(blank, backends::address);
        Known known = backends.create(
                backend, () -> actions.record(caller, "backend.create", "backends/" + name, described(backend)));
        return ResponseEntity.created(URI.create("/admin/v1/backends/" + name)).body(BackendForm.of(known));
    }

    /** Changes the members in the body; the list of models is replaced as a whole. */
    @PatchMapping("/{name}")
    BackendForm change(
            @PathVariable String name, @RequestBody BackendRequest request, @AuthenticationPrincipal Caller caller) {
        if (request.name() != null && !request.name().equals(name)) {
            throw Refusals.invalid("name", "invalid_value", "'name' can't be changed.");
        }
        return backends.change(
                        name,
                        before -> request.over(before, backends::address),
                        after -> actions.record(caller, "backend.change", "backends/" + name, described(after)))
                .map(BackendForm::of)
                .orElseThrow(() -> Refusals.notFound("backend", name));
    }

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String name, @AuthenticationPrincipal Caller caller) {
        boolean deleted =
                backends.delete(name, () -> actions.record(caller, "backend.delete", "backends/" + name, Map.of()));
        if (!deleted) {
            throw Refusals.notFound("backend", name);
        }
    }

    /** For the trail: everything except the key. */
    private static Map<String, Object> described(Backend backend) {
        BackendKey key = BackendKey.of(backend.secret());
        Map<String, Object> detail = new TreeMap<>();
        detail.put("base_url", backend.baseUrl().toString());
        detail.put("api_key_source", key.source());
        if (key.variable() != null) {
            detail.put("api_key_env", key.variable());
        }
        if (key.file() != null) {
            detail.put("api_key_file", key.file());
        }
        detail.put(
                "models",
                backend.models().stream()
                        .map(offer -> Map.of("id", offer.id(), "upstream", offer.upstream()))
                        .toList());
        detail.put("timeout_ms", backend.limits().firstByte().toMillis());
        detail.put("idle_timeout_ms", backend.limits().idle().toMillis());
        detail.put("max_concurrent", backend.limits().concurrent());
        detail.put("max_tokens_field", backend.limits().maxTokensField());
        detail.put("template_variables", backend.limits().templateVariables());
        return detail;
    }
}
