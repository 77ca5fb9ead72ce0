package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.tenant.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Open problems, then the current state. Parts that take longer are loaded after the page. */
@Controller
final class HomePage {
    private static final String PARTS = "/console/home/";
    private static final Duration RECENT = Duration.ofDays(1);
    private static final int MAX_TENANTS = 50;
    /** As many as a list returns at once. */
    private static final String ALL = "?limit=1000";

    private static final double NEARLY_SPENT = 0.8;
    private static final String ENGINE = "/admin/v1/engine";
    private static final String JOBS = "/admin/v1/jobs";
    private static final String VERIFICATION = "/admin/v1/audit/verification";

    private final Api api;
    private final EngineState engine;
    private final Shown shown;

    HomePage(Api api, EngineState engine, Shown shown) {
        this.api = api;
        this.engine = engine;
        this.shown = shown;
    }

    /**
     * A problem.
     *
     * @param page the page with details
     */
    record Notice(String words, ConsolePage page) {}

    @GetMapping("/console")
    String home(Model model, @AuthenticationPrincipal Caller caller) {
        if (api.allows("GET", ENGINE)) {
            EngineState.Now now = engine.now();
            model.addAttribute("engine", now);
            model.addAttribute("notices", notices(now));
        }
        model.addAttribute("checks", api.allows("GET", VERIFICATION) || api.allows("GET", usage(caller.tenant())));
        model.addAttribute("askable", api.allows("GET", "/v1/models") ? api.list("/v1/models") : List.of());
        return "home";
    }

    @GetMapping(PARTS + "engine")
    String running(Model model) {
        model.addAttribute("engine", engine.now());
        return "home :: running";
    }

    @GetMapping(PARTS + "checks")
    String checks(Model model, @AuthenticationPrincipal Caller caller) {
        List<String> known = tenants(caller);
        List<String> tenants = known.subList(0, Math.min(known.size(), MAX_TENANTS));
        boolean verified = api.allows("GET", VERIFICATION);
        var notices = new ArrayList<Notice>(budgets(tenants));
        if (verified) {
            notices.addAll(TrailNotices.of(api.get(VERIFICATION), shown));
        }
        model.addAttribute("notices", notices);
        model.addAttribute("budgets", !tenants.isEmpty());
        model.addAttribute("first", known.size() > MAX_TENANTS ? MAX_TENANTS : null);
        model.addAttribute("verified", verified);
        return "home :: checked";
    }

    private List<Notice> notices(EngineState.Now now) {
        var notices = new ArrayList<Notice>();
        if (now.memoryIsShort()) {
            notices.add(new Notice(
                    "Memory is low: " + shown.bytes((long) EngineState.number(now.memory(), "free"))
                            + " are free for models.",
                    ConsolePage.MODELS));
        }
        for (var found : api.list("/admin/v1/models" + ALL)) {
            if ("failed".equals(found.get("state"))) {
                notices.add(new Notice(
                        "The model " + found.get("id") + " could not be loaded: " + found.get("error"),
                        ConsolePage.MODELS));
            }
        }
        api.list("/admin/v1/backends" + ALL).stream()
                .filter(backend ->
                        backend.get("health") instanceof Map<?, ?> health && "down".equals(health.get("state")))
                .map(backend -> new Notice("The backend " + backend.get("name") + " is down.", ConsolePage.BACKENDS))
                .forEach(notices::add);
        Instant since = Instant.now().minus(RECENT);
        api.list(JOBS + ALL).stream()
                .filter(job -> "failed".equals(job.get("state"))
                        && job.get("error") instanceof Map<?, ?>
                        && Instant.parse(String.valueOf(job.get("created_at"))).isAfter(since))
                .map(HomePage::failed)
                .forEach(notices::add);
        return notices;
    }

    private static Notice failed(Map<String, Object> job) {
        Object words = job.get("error") instanceof Map<?, ?> error ? error.get("message") : "";
        return new Notice(
                "A job failed: " + job.get("kind") + " of " + job.get("model") + ": " + words, ConsolePage.MODELS);
    }

    private List<Notice> budgets(List<String> tenants) {
        var notices = new ArrayList<Notice>();
        for (String tenant : tenants) {
            BudgetShare.of(api.get(BudgetShare.ROUTE, tenant)).stream()
                    .filter(spent -> spent.part() >= NEARLY_SPENT)
                    .map(spent -> new Notice(
                            "The tenant " + tenant + " has used " + shown.percent(spent.part()) + " of its "
                                    + spent.words() + ".",
                            ConsolePage.TENANTS))
                    .forEach(notices::add);
        }
        return notices;
    }

    /** Those whose usage the caller may see: its own; for operators, all, but only one more than are asked about. */
    private List<String> tenants(Caller caller) {
        if (api.allows("GET", "/admin/v1/tenants")) {
            return api.list("/admin/v1/tenants?limit=" + (MAX_TENANTS + 1)).stream()
                    .map(tenant -> String.valueOf(tenant.get("id")))
                    .toList();
        }
        return api.allows("GET", usage(caller.tenant())) ? List.of(caller.tenant()) : List.of();
    }

    private static String usage(String tenant) {
        return "/admin/v1/tenants/" + tenant + "/usage";
    }
}
