package io.baseload.service.admin;

import io.baseload.service.routing.AliasRoute;
import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.Aliases;
import io.baseload.service.routing.Aliases.Alias;
import io.baseload.service.tenant.Caller;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Aliases: model names used by clients, and the models behind them. */
@RestController
@RequestMapping("/admin/v1/aliases")
final class AliasController {
    private final Aliases aliases;
    private final AdminActions actions;

    AliasController(Aliases aliases, AdminActions actions) {
        this.aliases = aliases;
        this.actions = actions;
    }

    @GetMapping
    Page<AliasForm> list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        var request = Page.Request.of(limit, after);
        return Page.of(request, aliases.page(request.after(), request.probe()), Alias::name, AliasForm::of);
    }

    @GetMapping("/{name}")
    AliasForm get(@PathVariable String name) {
        return AliasForm.of(aliases.find(name).orElseThrow(() -> Refusals.notFound("alias", name)));
    }

    /**
     * Answers when new requests go to the models; running ones finish on their old model. With {@code Prefer: respond-async} it answers at once, with the job that moves the alias.
     */
    @PutMapping("/{name}")
    ResponseEntity<?> put(
            @PathVariable String name,
            @RequestBody AliasForm.Request request,
            @RequestHeader(name = "Prefer", defaultValue = "") String prefer,
            @AuthenticationPrincipal Caller caller) {
        AliasRoute route = request.route(name);
        Consumer<AliasRoute> recorded =
                moved -> actions.record(caller, "alias.put", "aliases/" + name, described(moved));
        return JobForm.isPreferred(prefer)
                ? JobForm.started(aliases.start(name, route, recorded))
                : ResponseEntity.ok(AliasForm.of(aliases.put(name, route, recorded)));
    }

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String name, @AuthenticationPrincipal Caller caller) {
        boolean deleted = aliases.delete(
                name, alias -> actions.record(caller, "alias.delete", "aliases/" + name, described(alias.route())));
        if (!deleted) {
            throw Refusals.notFound("alias", name);
        }
    }

    /** The model; if it is a backend's, or one of several, all of them. */
    private static Map<String, Object> described(AliasRoute route) {
        Map<String, Object> detail = new TreeMap<>();
        detail.put("model", route.first().model());
        if (!route.equals(AliasRoute.to(route.first().model()))) {
            detail.put(
                    "targets",
                    route.targets().stream().map(AliasController::described).toList());
        }
        return detail;
    }

    private static Map<String, Object> described(AliasTarget target) {
        Map<String, Object> detail = new TreeMap<>();
        detail.put("model", target.model());
        target.backend().ifPresent(backend -> detail.put("backend", backend));
        detail.put("weight", target.weight());
        detail.put("order", target.rank());
        if (!target.prompts().isAny()) {
            detail.put("min_prompt_tokens", target.prompts().min());
            target.prompts().max().ifPresent(max -> detail.put("max_prompt_tokens", max));
        }
        return detail;
    }
}
