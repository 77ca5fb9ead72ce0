package io.baseload.service.admin;

import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.Aliases;
import io.baseload.service.routing.Canaries;
import io.baseload.service.routing.Canary.Rule;
import io.baseload.service.routing.Canary.State;
import io.baseload.service.tenant.Caller;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Canaries: a new model gets a share of an alias's requests, until it is promoted or rolled back. */
@RestController
@RequestMapping("/admin/v1/aliases/{name}/canary")
final class CanaryController {
    private final Canaries canaries;
    private final Aliases aliases;
    private final AdminActions actions;

    CanaryController(Canaries canaries, Aliases aliases, AdminActions actions) {
        this.canaries = canaries;
        this.aliases = aliases;
        this.actions = actions;
    }

    @GetMapping
    CanaryForm get(@PathVariable String name) {
        return CanaryForm.of(canaries.find(name).orElseThrow(() -> Refusals.notFound("canary of", name)));
    }

    /** Answers when the model gets its share. With {@code Prefer: respond-async} it answers at once, with the job that loads the model first. */
    @PutMapping
    ResponseEntity<?> start(
            @PathVariable String name,
            @RequestBody CanaryForm.Request request,
            @RequestHeader(name = "Prefer", defaultValue = "") String prefer,
            @AuthenticationPrincipal Caller caller) {
        AliasTarget target = request.target();
        Rule rule = request.rule();
        if (aliases.find(name).isEmpty()) {
            throw Refusals.notFound("alias", name);
        }
        Runnable recorded =
                () -> actions.record(caller, "alias.canary.start", "aliases/" + name, described(target, rule));
        return JobForm.isPreferred(prefer)
                ? JobForm.started(canaries.start(name, target, rule, recorded))
                : ResponseEntity.ok(CanaryForm.of(canaries.put(name, target, rule, recorded)));
    }

    @PostMapping("/promote")
    CanaryForm promote(@PathVariable String name, @AuthenticationPrincipal Caller caller) {
        return end(name, State.PROMOTED, caller);
    }

    @PostMapping("/rollback")
    CanaryForm rollBack(@PathVariable String name, @AuthenticationPrincipal Caller caller) {
        return end(name, State.ROLLED_BACK, caller);
    }

    private CanaryForm end(String name, State state, Caller caller) {
        if (canaries.find(name).isEmpty()) {
            throw Refusals.notFound("canary of", name);
        }
        return CanaryForm.of(
                canaries.end(name, state, "by an operator", ended -> canaries.record(caller.actor(), ended)));
    }

    private static Map<String, Object> described(AliasTarget target, Rule rule) {
        Map<String, Object> detail = new TreeMap<>();
        detail.put("model", target.model());
        Optional<String> backend = target.backend();
        backend.ifPresent(name -> detail.put("backend", name));
        detail.put("percent", rule.percent());
        detail.put("min_requests", rule.minRequests());
        detail.put("max_error_rate", rule.maxErrorRate());
        detail.put("max_latency_ratio", rule.maxLatencyRatio());
        return detail;
    }
}
