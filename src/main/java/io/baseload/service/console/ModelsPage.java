package io.baseload.service.console;

import io.baseload.engine.api.Quantization;
import io.baseload.service.api.Api;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Models: those stored and in memory, the targets of names, and the jobs that change them. Actions that affect others ask for confirmation and name their consequences. */
@Controller
@RequestMapping("/console/models")
final class ModelsPage {
    private static final Set<String> RUNNING = Set.of("queued", "running");
    private static final String MODEL = "/admin/v1/models/{id}";
    private static final String CANARY = "/admin/v1/aliases/{name}/canary";

    private final Api api;
    private final EngineState engine;
    private final Shown shown;

    ModelsPage(Api api, EngineState engine, Shown shown) {
        this.api = api;
        this.engine = engine;
        this.shown = shown;
    }

    @GetMapping
    String page(Model model) {
        // first, so that a job that ends later refreshes the page, and one that has ended is reflected in all that
        // follows
        jobs(model);
        EngineState.Now now = engine.now();
        model.addAttribute("memory", Part.ofMemory(now, shown));
        model.addAttribute("quantizations", Quantization.labels());
        model.addAttribute("models", api.list("/admin/v1/models?limit=1000"));
        List<Map<String, Object>> aliases = api.list("/admin/v1/aliases?limit=1000");
        model.addAttribute("aliases", aliases);
        model.addAttribute(
                "canaries",
                aliases.stream()
                        .flatMap(alias -> canary(String.valueOf(alias.get("name"))).stream())
                        .toList());
        return "models";
    }

    /** The latest canary of a name; most names have none. */
    private Optional<Map<String, Object>> canary(String alias) {
        try {
            return Optional.of(api.get(CANARY, alias));
        } catch (Api.Refused e) {
            if (e.status() != HttpServletResponse.SC_NOT_FOUND) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** @param running the number of jobs that ran at the previous request: when they have ended, the whole page is refreshed */
    @GetMapping("/jobs")
    String jobs(@RequestParam(defaultValue = "0") int running, Model model, HttpServletResponse response) {
        if (jobs(model) < running) {
            response.setHeader("HX-Refresh", "true");
        }
        return "models :: jobs";
    }

    private long jobs(Model model) {
        List<Map<String, Object>> jobs = api.list("/admin/v1/jobs?limit=20");
        long running = jobs.stream()
                .filter(job -> RUNNING.contains(String.valueOf(job.get("state"))))
                .count();
        model.addAttribute("jobs", jobs);
        model.addAttribute("running", running);
        return running;
    }

    @PostMapping("/jobs/{id}/cancel")
    String cancel(@PathVariable String id, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                "The job is being cancelled.",
                () -> api.send("POST", null, "/admin/v1/jobs/{id}/cancel", id));
    }

    @PostMapping("/import")
    String importFile(@RequestParam Map<String, String> form, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                "The import has started.",
                () -> api.send("POST", filled(form, "path", "name", "quantize"), "/admin/v1/models"));
    }

    @PostMapping("/pull")
    String pull(
            @RequestParam String from,
            @RequestParam String source,
            @RequestParam Map<String, String> form,
            RedirectAttributes next) {
        Map<String, Object> body = filled(form, "name", "quantize", "license");
        body.put(
                from.equals("oci") ? "oci" : "huggingface",
                Map.of(from.equals("oci") ? "reference" : "repository", source.strip()));
        return FormResult.then(
                ConsolePage.MODELS, next, "The download has started.", () -> api.send("POST", body, "/admin/v1/pulls"));
    }

    @PostMapping("/load")
    String load(@RequestParam String model, @RequestParam boolean pinned, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                model + " is being loaded.",
                () -> api.send("POST", Map.of("pinned", pinned), MODEL + "/load", model));
    }

    @PostMapping("/pin")
    String pin(@RequestParam String model, @RequestParam boolean pinned, RedirectAttributes next) {
        String words = pinned ? " stays in memory even when it is idle." : " may be unloaded when it is idle.";
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                model + words,
                () -> api.send("POST", Map.of("pinned", pinned), MODEL + "/load", model));
    }

    /** An action that affects others. */
    private enum Act {
        SWAP("Point the name to another model", "Swap", "swap"),
        PROMOTE("Promote a canary", "Promote", "promote"),
        ROLL_BACK("Roll a canary back", "Roll back", "rollback"),
        UNLOAD("Unload a model", "Unload", "unload"),
        DELETE("Delete a model", "Delete", "delete");

        private final String title;
        private final String button;
        private final String path;

        Act(String title, String button, String path) {
            this.title = title;
            this.button = button;
            this.path = path;
        }
    }

    @GetMapping("/swap")
    String askSwap(@RequestParam String alias, @RequestParam String model, Model page) {
        return ask(page, Act.SWAP, model, alias, this::swapped);
    }

    @GetMapping("/unload")
    String askUnload(@RequestParam String model, Model page) {
        return ask(page, Act.UNLOAD, model, "", this::unloaded);
    }

    @GetMapping("/delete")
    String askDelete(@RequestParam String model, Model page) {
        return ask(
                page,
                Act.DELETE,
                model,
                "",
                (of, alias) -> List.of(
                        "The files of " + of.get("id") + " are removed (" + shown.bytes((Number) of.get("bytes"))
                                + "), unless another model has the same content.",
                        "This can't be undone; the model can only be imported again."));
    }

    private String ask(
            Model page,
            Act act,
            String model,
            String alias,
            BiFunction<Map<String, Object>, String, List<String>> consequences) {
        return ask(page, act, model, alias, consequences.apply(api.get(MODEL, model), alias));
    }

    private static String ask(Model page, Act act, String model, String alias, List<String> consequences) {
        page.addAttribute("title", act.title);
        page.addAttribute("button", act.button);
        page.addAttribute("action", act.path);
        page.addAttribute("model", model);
        page.addAttribute("alias", alias);
        page.addAttribute("consequences", consequences);
        return "confirm";
    }

    @GetMapping("/promote")
    String askPromote(@RequestParam String alias, Model page) {
        return ask(
                page,
                Act.PROMOTE,
                "",
                alias,
                List.of(
                        "All new requests for " + alias + " go to "
                                + api.get(CANARY, alias).get("model") + ".",
                        "Running answers finish on their current model."));
    }

    @GetMapping("/rollback")
    String askRollBack(@RequestParam String alias, Model page) {
        return ask(
                page,
                Act.ROLL_BACK,
                "",
                alias,
                List.of(
                        "No new request for " + alias + " goes to "
                                + api.get(CANARY, alias).get("model")
                                + "; the name keeps its previous target.",
                        "Running answers finish on their current model."));
    }

    @PostMapping("/promote")
    String promote(@RequestParam String alias, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                "The canary of " + alias + " was promoted.",
                () -> api.send("POST", null, CANARY + "/promote", alias));
    }

    @PostMapping("/rollback")
    String rollBack(@RequestParam String alias, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                "The canary of " + alias + " was rolled back.",
                () -> api.send("POST", null, CANARY + "/rollback", alias));
    }

    private List<String> swapped(Map<String, Object> to, String alias) {
        String id = String.valueOf(to.get("id"));
        boolean loaded = to.get("loaded") != null;
        List<Map<?, ?>> targets = targets(alias);
        String before =
                String.join(", ", targets.stream().map(ModelsPage::named).toList());
        var words = new ArrayList<String>();
        if (before.equals(id)) {
            words.add(alias + " points to " + id + (loaded ? " already." : " already; " + id + " is loaded."));
        } else {
            words.add(moved(alias, before, id));
            words.add(
                    loaded
                            ? id + " is already in memory: the name moves at once."
                            : id + " is loaded first. The name moves once the model is ready; until then nothing"
                                    + " changes.");
        }
        boolean leaves =
                targets.stream().anyMatch(target -> target.get("backend") == null && !id.equals(target.get("model")));
        if (!loaded) {
            words.add((leaves ? "Both models are in memory during the swap: " : "") + id + " takes "
                    + shown.bytes((Number) to.get("bytes"))
                    + " for weights, and more for its KV cache; "
                    + shown.bytes((long) EngineState.number(engine.now().memory(), "free"))
                    + " are free. If that is not enough, the swap is refused.");
        }
        if (leaves) {
            words.add("The previous model is unloaded if no other name points to it and no operator has loaded it.");
        }
        canary(alias)
                .filter(canary -> "running".equals(canary.get("state")))
                .ifPresent(
                        canary -> words.add("The canary of " + alias + " ends: " + named(canary) + " is rolled back."));
        return words;
    }

    private static String moved(String alias, String before, String id) {
        return before.isEmpty()
                ? "The new name " + alias + " points to " + id + "."
                : "New requests for " + alias + " go to " + id + " instead of " + before
                        + ". Running answers finish on their current model.";
    }

    /** The targets of an alias; none if there is no such alias. */
    private List<Map<?, ?>> targets(String alias) {
        List<Map<?, ?>> all = new ArrayList<>();
        for (Map<String, Object> each : api.list("/admin/v1/aliases?limit=1000")) {
            if (alias.equals(each.get("name")) && each.get("targets") instanceof List<?> targets) {
                for (Object target : targets) {
                    if (target instanceof Map<?, ?> one) {
                        all.add(one);
                    }
                }
            }
        }
        return all;
    }

    /** A target in words; a local model for all prompts is just its id. */
    private static String named(Map<?, ?> target) {
        Object backend = target.get("backend");
        Object min = target.get("min_prompt_tokens");
        Object max = target.get("max_prompt_tokens");
        String name = target.get("model") + (backend == null ? "" : " at " + backend);
        return min == null && max == null
                ? name
                : name + " (prompts of " + (min == null ? 0 : min)
                        + (max == null ? " tokens or more)" : " to " + max + " tokens)");
    }

    private List<String> unloaded(Map<String, Object> of, String none) {
        var words = new ArrayList<String>();
        if (of.get("loaded") instanceof Map<?, ?> loaded) {
            words.add(loaded.get("active") + " answers are running and " + loaded.get("queued")
                    + " are waiting. They finish first; new ones are refused.");
            words.add(shown.bytes((Number) loaded.get("memory_bytes")) + " become free.");
        }
        if (of.get("aliases") instanceof List<?> names && !names.isEmpty()) {
            words.add("Requests for "
                    + String.join(", ", names.stream().map(String::valueOf).toList())
                    + " are answered with 503 until it is loaded again.");
        }
        return words;
    }

    @PostMapping("/swap")
    String swap(@RequestParam String alias, @RequestParam String model, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                alias + " is being moved to " + model + ".",
                () -> api.send("PUT", Map.of("model", model), "/admin/v1/aliases/{name}", alias));
    }

    @PostMapping("/unload")
    String unload(@RequestParam String model, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS,
                next,
                model + " is being unloaded.",
                () -> api.send("POST", null, MODEL + "/unload", model));
    }

    @PostMapping("/delete")
    String delete(@RequestParam String model, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.MODELS, next, model + " is deleted.", () -> api.send("DELETE", null, MODEL, model));
    }

    /** The fields of a form that were filled in. */
    private static Map<String, Object> filled(Map<String, String> form, String... names) {
        Map<String, Object> body = new TreeMap<>();
        for (String name : names) {
            String value = form.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                body.put(name, value);
            }
        }
        return body;
    }
}
