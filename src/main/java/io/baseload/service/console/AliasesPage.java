package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    private static final String FINISH = "Running answers finish on their current model.";
    private static final Confirmation SWAP = new Confirmation("Point the name to another model", "Swap", "swap");
    private static final Confirmation START = new Confirmation("Start a canary", "Start", "canary");
    private static final Confirmation PROMOTE = new Confirmation("Promote a canary", "Promote", "promote");
    private static final Confirmation ROLL_BACK = new Confirmation("Roll a canary back", "Roll back", "rollback");
    private static final Confirmation DELETE = new Confirmation("Delete a name", "Delete", "names/delete");

    private final Api api;
    private final AliasState state;
    private final EngineState engine;
    private final Shown shown;

    AliasesPage(Api api, AliasState state, EngineState engine, Shown shown) {
        this.api = api;
        this.state = state;
        this.engine = engine;
        this.shown = shown;
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
        return SWAP.ask(page, Map.of("alias", alias, "model", model), swapped(model.strip(), alias));
    }

    private List<String> swapped(String to, String alias) {
        Optional<Map<String, Object>> stored = state.stored(to);
        boolean ready = stored.filter(model -> model.get("loaded") == null).isEmpty();
        List<Map<?, ?>> targets = state.targets(alias);
        String before = before(targets);
        var words = new ArrayList<String>();
        if (before.equals(to)) {
            words.add(alias + " points to " + to + (ready ? " already." : " already; " + to + " is loaded."));
        } else {
            words.add(
                    before.isEmpty()
                            ? "The new name " + alias + " points to " + to + "."
                            : "New requests for " + alias + " go to " + to + " instead of " + before + ". " + FINISH);
            words.add(arrival(to, stored));
        }
        boolean leaves =
                targets.stream().anyMatch(target -> target.get("backend") == null && !to.equals(target.get("model")));
        if (!ready) {
            words.add(memory(stored.orElseThrow(), leaves ? "Both models are in memory during the swap: " : ""));
        }
        if (leaves) {
            words.add("The previous model is unloaded if no other name points to it and no operator has loaded it.");
        }
        state.running(alias)
                .ifPresent(canary -> words.add(
                        "The canary of " + alias + " ends: " + AliasState.named(canary) + " is rolled back."));
        return words;
    }

    private static String before(List<Map<?, ?>> targets) {
        return String.join(", ", targets.stream().map(AliasState::named).toList());
    }

    private static String arrival(String to, Optional<Map<String, Object>> stored) {
        if (stored.isEmpty()) {
            return to + " is not stored here: it must be the model of a backend.";
        }
        return stored.get().get("loaded") == null
                ? to + " is loaded first. The name moves once the model is ready; until then nothing changes."
                : to + " is already in memory: the name moves at once.";
    }

    private String memory(Map<String, Object> model, String intro) {
        return intro + model.get("id") + " takes " + shown.bytes((Number) model.get("bytes"))
                + " for weights, and more for its KV cache; "
                + shown.bytes((long) EngineState.number(engine.now().memory(), "free"))
                + " are free. If that is not enough, the change is refused.";
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
    String askCanary(@RequestParam String alias, @RequestParam String model, @RequestParam String percent, Model page) {
        api.get(ALIAS, alias);
        Optional<Map<String, Object>> stored = state.stored(model.strip());
        var words = new ArrayList<String>();
        words.add(percent.strip() + " % of the requests for " + alias + " go to " + model.strip() + ", the others to "
                + before(state.targets(alias)) + " as now.");
        words.add("Its figures promote it or roll it back, by the usual limits. An operator can do either earlier.");
        stored.filter(found -> found.get("loaded") == null).ifPresent(found -> {
            words.add(model.strip() + " is loaded first, and the next page appears when it is ready.");
            words.add(memory(found, "Both models are in memory while the canary runs: "));
        });
        return START.ask(page, Map.of("alias", alias, "model", model, "percent", percent), words);
    }

    @PostMapping("/canary")
    String startCanary(
            @RequestParam String alias,
            @RequestParam String model,
            @RequestParam String percent,
            RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS.path(),
                next,
                "The canary of " + alias + " is running.",
                "newCanary",
                Map.of("alias", alias, "model", model, "percent", percent),
                () -> {
                    Map<String, Object> body = new TreeMap<>(AliasState.target(model));
                    body.put("percent", Form.whole("percent", percent));
                    api.send("PUT", body, AliasState.CANARY, alias);
                });
    }

    @GetMapping("/promote")
    String askPromote(@RequestParam String alias, Model page) {
        return PROMOTE.ask(
                page,
                Map.of("alias", alias),
                List.of("All new requests for " + alias + " go to " + canary(alias) + ".", FINISH));
    }

    @GetMapping("/rollback")
    String askRollBack(@RequestParam String alias, Model page) {
        return ROLL_BACK.ask(
                page,
                Map.of("alias", alias),
                List.of(
                        "No new request for " + alias + " goes to " + canary(alias)
                                + "; the name keeps its previous target.",
                        FINISH));
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
        words.add("New requests for " + alias + " are answered with 404. " + FINISH);
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
