package io.baseload.service.console;

import io.baseload.engine.api.Quantization;
import io.baseload.service.api.Api;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Models: those stored and in memory, and the jobs that change them. Actions that affect others ask for confirmation and name their consequences. */
@Controller
@RequestMapping("/console/models")
final class ModelsPage {
    private static final Set<String> RUNNING = Set.of("queued", "running");
    private static final String MODEL = "/admin/v1/models/{id}";
    private static final Confirmation UNLOAD =
            new Confirmation(ConsolePage.MODELS.path(), "Unload a model", "Unload", "unload");
    private static final Confirmation DELETE =
            new Confirmation(ConsolePage.MODELS.path(), "Delete a model", "Delete", "delete");

    private final Api api;
    private final AliasState aliases;
    private final EngineState engine;
    private final Shown shown;

    ModelsPage(Api api, AliasState aliases, EngineState engine, Shown shown) {
        this.api = api;
        this.aliases = aliases;
        this.engine = engine;
        this.shown = shown;
    }

    @GetMapping
    String page(Model model) {
        // first, so that a job that ends later refreshes the page, and one that has ended is reflected in all that
        // follows
        jobs(model);
        List<Map<String, Object>> models = stored(model);
        List<Map<String, Object>> names = aliases.all();
        model.addAttribute("aliases", names);
        model.addAttribute("canaries", aliases.canaries(names));
        model.addAttribute("choices", aliases.choices(models));
        model.addAttribute("chosen", "");
        model.addAttribute("quantizations", Quantization.labels());
        for (String form : List.of("importing", "pulling", "newCanary")) {
            model.asMap().putIfAbsent(form, Map.of());
        }
        return "models";
    }

    private List<Map<String, Object>> stored(Model model) {
        List<Map<String, Object>> models = api.list("/admin/v1/models?limit=1000");
        model.addAttribute("memory", Part.ofMemory(engine.now(), shown));
        model.addAttribute("models", models);
        return models;
    }

    /** The memory and the models. */
    @GetMapping("/stored")
    String storedPart(Model model) {
        stored(model);
        return "models :: stored";
    }

    /** @param running the number of jobs that ran at the previous request: when some have ended, the other parts of the page are refreshed, but not its forms */
    @GetMapping("/jobs")
    String jobs(@RequestParam(defaultValue = "0") int running, Model model, HttpServletResponse response) {
        if (jobs(model) < running) {
            response.setHeader("HX-Trigger", "jobs-ended");
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
                ConsolePage.MODELS.path(),
                next,
                "The import has started.",
                "importing",
                form,
                () -> api.send("POST", Form.filled(form, "path", "name", "quantize"), "/admin/v1/models"));
    }

    /** From a hub or a registry; the fields of its source are named as in the API. */
    @PostMapping("/pull")
    String pull(@RequestParam String from, @RequestParam Map<String, String> form, RedirectAttributes next) {
        return FormResult.then(ConsolePage.MODELS.path(), next, "The download has started.", "pulling", form, () -> {
            Map<String, Object> body = Form.filled(form, "name", "quantize", "license", "username", "secret_env");
            Map<String, Object> source = Form.filled(form, "repository", "revision", "reference");
            List<String> files = Form.list(form.getOrDefault("files", ""));
            if (!files.isEmpty()) {
                source.put("files", files);
            }
            body.put(from, source);
            api.send("POST", body, "/admin/v1/pulls");
        });
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

    @GetMapping("/unload")
    String askUnload(@RequestParam String model, Model page) {
        return UNLOAD.ask(page, Map.of("model", model), unloaded(api.get(MODEL, model)));
    }

    @GetMapping("/delete")
    String askDelete(@RequestParam String model, Model page) {
        Map<String, Object> of = api.get(MODEL, model);
        return DELETE.ask(
                page,
                Map.of("model", model),
                List.of(
                        "The files of " + of.get("id") + " are removed (" + shown.bytes((Number) of.get("bytes"))
                                + "), unless another model has the same content.",
                        "This can't be undone; the model can only be imported again."));
    }

    private List<String> unloaded(Map<String, Object> of) {
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
}
