package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Open problems, then the current state. Parts that take longer are loaded after the page. */
@Controller
final class HomePage {
    private static final String PARTS = "/console/home/";
    private static final String ATTENTION = "/admin/v1/attention";
    private static final String AT_ONCE = "?kinds=memory,model,backend,canary,job";
    private static final String LATER = "?kinds=budget,audit";

    /** The page about each kind of problem. */
    private static final Map<Object, ConsolePage> PAGES = Map.of(
            "memory", ConsolePage.MODELS,
            "model", ConsolePage.MODELS,
            "backend", ConsolePage.BACKENDS,
            "canary", ConsolePage.MODELS,
            "job", ConsolePage.MODELS,
            "budget", ConsolePage.TENANTS,
            "audit", ConsolePage.AUDIT);

    private final Api api;
    private final EngineState engine;

    HomePage(Api api, EngineState engine) {
        this.api = api;
        this.engine = engine;
    }

    /**
     * A problem.
     *
     * @param page the page with details
     */
    record Notice(String words, ConsolePage page) {}

    @GetMapping("/console")
    String home(Model model) {
        if (api.allows("GET", EngineState.ENGINE)) {
            model.addAttribute("engine", engine.now());
        }
        boolean attention = api.allows("GET", ATTENTION);
        model.addAttribute("attention", attention);
        if (attention) {
            addNotices(model, api.get(ATTENTION + AT_ONCE));
        }
        model.addAttribute("askable", api.allows("GET", "/v1/models") ? api.list("/v1/models") : List.of());
        return "home";
    }

    @GetMapping(PARTS + "engine")
    String running(Model model) {
        model.addAttribute("engine", engine.now());
        return "home :: running";
    }

    @GetMapping(PARTS + "checks")
    String checks(Model model) {
        addNotices(model, api.get(ATTENTION + LATER));
        return "home :: checked";
    }

    private static void addNotices(Model model, Map<String, Object> attention) {
        model.addAttribute("checked", attention.get("checked"));
        model.addAttribute(
                "notices",
                Api.data(attention).stream()
                        .map(problem -> new Notice(
                                String.valueOf(problem.get("message")),
                                PAGES.getOrDefault(problem.get("kind"), ConsolePage.HOME)))
                        .toList());
    }
}
