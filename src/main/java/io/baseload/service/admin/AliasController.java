package io.baseload.service.admin;

import io.baseload.service.registry.Aliases;
import io.baseload.service.registry.Aliases.Alias;
import io.baseload.service.tenant.Caller;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
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

/** Aliases: the names that users ask, and which model answers to each. */
@RestController
@RequestMapping("/admin/v1/aliases")
final class AliasController {
    private static final Pattern ASYNC = Pattern.compile("(?i)(^|,)\\s*respond-async\\s*(;|,|$)");

    private final Aliases aliases;
    private final Acts acts;

    AliasController(Aliases aliases, Acts acts) {
        this.aliases = aliases;
        this.acts = acts;
    }

    record Target(@Nullable String model) {}

    @GetMapping
    Page<Alias> list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        var request = Page.Request.of(limit, after);
        return Page.of(request, aliases.page(request.after(), request.probe()), Alias::name, Function.identity());
    }

    /**
     * Answers when new requests go to the model; running ones finish where they began. With {@code Prefer: respond-async} it answers at once, with the job that
     * moves the name.
     */
    @PutMapping("/{name}")
    ResponseEntity<?> put(
            @PathVariable String name,
            @RequestBody Target target,
            @RequestHeader(name = "Prefer", defaultValue = "") String prefer,
            @AuthenticationPrincipal Caller caller) {
        String model = Refusals.present("model", target.model());
        Runnable recorded = () -> acts.record(caller, "alias.put", "aliases/" + name, Map.of("model", model));
        return ASYNC.matcher(prefer).find()
                ? JobForm.started(aliases.start(name, model, recorded))
                : ResponseEntity.ok(aliases.put(name, model, recorded));
    }

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String name, @AuthenticationPrincipal Caller caller) {
        boolean deleted = aliases.delete(
                name, alias -> acts.record(caller, "alias.delete", "aliases/" + name, Map.of("model", alias.model())));
        if (!deleted) {
            throw Refusals.notFound("alias", name);
        }
    }
}
