package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The names of models, and their canaries: a part of the page of the models. Each action asks for confirmation and names its consequences. */
@Controller
@RequestMapping("/console/models")
final class AliasesPage {
    private static final String ALIAS = "/admin/v1/aliases/{name}";
    private static final String[] LIMITS = {"min_requests", "max_error_rate", "max_latency_ratio"};
    private static final Confirmation SWAP =
            new Confirmation(ConsolePage.MODELS.path(), "Point the name to another model", "Swap", "swap");
    private static final Confirmation START =
            new Confirmation(ConsolePage.MODELS.path(), "Start a canary", "Start", "canary");
    private static final Confirmation PROMOTE =
            new Confirmation(ConsolePage.MODELS.path(), "Promote a canary", "Promote", "promote");
    private static final Confirmation ROLL_BACK =
            new Confirmation(ConsolePage.MODELS.path(), "Roll a canary back", "Roll back", "rollback");
    private static final Confirmation DELETE =
            new Confirmation(ConsolePage.MODELS.path(), "Delete a name", "Delete", "names/delete");

    private final Api api;
    private final AliasState state;
    private final SwapConsequences consequences;

    AliasesPage(Api api, AliasState state, SwapConsequences consequences) {
        this.api = api;
        this.state = state;
        this.consequences = consequences;
    }

    @GetMapping("/names")
    String names(Model model) {
        List<Map<String, Object>> aliases = state.all();
        model.addAttribute("aliases", aliases);
        model.addAttribute("canaries", state.canaries(aliases));
        return "models :: names";
    }

    /** The options of a list of models; the chosen one stays chosen. */
    @GetMapping("/choices")
    String choices(@RequestParam(defaultValue = "") String model, Model page) {
        page.addAttribute("choices", state.choices(api.list("/admin/v1/models?limit=1000")));
        page.addAttribute("chosen", model);
        return "models :: choices";
    }

    @GetMapping("/swap")
    String askSwap(@RequestParam String alias, @RequestParam String model, Model page) {
        return SWAP.ask(
                page,
                Map.of("alias", alias, "model", model),
                consequences.of(alias, List.of(AliasState.target(model))));
    }

    @PostMapping("/swap")
    String swap(@RequestParam String alias, @RequestParam String model, RedirectAttributes next) {
        Map<String, Object> target = AliasState.target(model);
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                alias + " is being moved to " + model + ".",
                () -> api.send(
                        "PUT",
                        target.containsKey("backend") ? Map.of("targets", List.of(target)) : target,
                        ALIAS,
                        alias));
    }

    @GetMapping("/canary")
    String askCanary(
            @RequestParam String alias,
            @RequestParam String model,
            @RequestParam String percent,
            @RequestParam Map<String, String> form,
            Model page) {
        api.get(ALIAS, alias);
        Optional<Map<String, Object>> stored = state.stored(model.strip());
        boolean limited = !Form.filled(form, LIMITS).isEmpty();
        var words = new ArrayList<String>();
        words.add(percent.strip() + " % of the requests for " + alias + " go to " + model.strip() + ", the others to "
                + AliasState.route(state.targets(alias)) + " as now.");
        words.add("Its figures promote it or roll it back, by " + (limited ? "these" : "the usual")
                + " limits. An operator can do either earlier.");
        stored.filter(found -> found.get("loaded") == null).ifPresent(found -> {
            words.add(model.strip()
                    + " is loaded first. The canary starts once the model is ready; until then nothing changes.");
            words.add(consequences.memory(found, "Both models are in memory while the canary runs: "));
        });
        return START.ask(page, form, words);
    }

    @PostMapping("/canary")
    String startCanary(@RequestParam String alias, @RequestParam Map<String, String> form, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS.path(),
                next,
                "The canary of " + alias + " is being started.",
                "newCanary",
                form,
                () -> {
                    Map<String, Object> body = AliasState.target(form.getOrDefault("model", ""));
                    body.putAll(Form.numbers(form, "percent"));
                    body.putAll(Form.decimals(form, LIMITS));
                    api.send("PUT", body, AliasState.CANARY, alias);
                });
    }

    @GetMapping("/promote")
    String askPromote(@RequestParam String alias, Model page) {
        return PROMOTE.ask(
                page,
                Map.of("alias", alias),
                List.of("All new requests for " + alias + " go to " + canary(alias) + ".", SwapConsequences.FINISH));
    }

    @GetMapping("/rollback")
    String askRollBack(@RequestParam String alias, Model page) {
        return ROLL_BACK.ask(
                page,
                Map.of("alias", alias),
                List.of(
                        "No new request for " + alias + " goes to " + canary(alias)
                                + "; the name keeps its previous target.",
                        SwapConsequences.FINISH));
    }

    private Object canary(String alias) {
        return AliasState.named(api.get(AliasState.CANARY, alias));
    }

    @PostMapping("/promote")
    String promote(@RequestParam String alias, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                "The canary of " + alias + " was promoted.",
                () -> api.send("POST", null, AliasState.CANARY + "/promote", alias));
    }

    @PostMapping("/rollback")
    String rollBack(@RequestParam String alias, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                "The canary of " + alias + " was rolled back.",
                () -> api.send("POST", null, AliasState.CANARY + "/rollback", alias));
    }

    @GetMapping("/names/delete")
    String askDelete(@RequestParam String alias, Model page) {
        api.get(ALIAS, alias);
        var words = new ArrayList<String>();
        words.add("New requests for " + alias + " are answered with 404. " + SwapConsequences.FINISH);
        words.add("A model here is unloaded if no other name points to it and no operator has loaded it.");
        state.running(alias).ifPresent(canary -> words.add("The canary of " + alias + " ends."));
        return DELETE.ask(page, Map.of("alias", alias), words);
    }

    @PostMapping("/names/delete")
    String delete(@RequestParam String alias, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                "The name " + alias + " was deleted.",
                () -> api.send("DELETE", null, ALIAS, alias));
    }
}
