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
    private static final Duration RECENT = Duration.ofDays(1);
    private static final int MAX_TENANTS = 50;
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

    @GetMapping("/console/home/engine")
    String running(Model model) {
        model.addAttribute("engine", engine.now());
        return "home :: running";
    }

    @GetMapping("/console/home/checks")
    String checks(Model model, @AuthenticationPrincipal Caller caller) {
        var notices = new ArrayList<Notice>(budgets(caller));
        if (api.allows("GET", VERIFICATION)) {
            notices.addAll(trail(api.get(VERIFICATION)));
        }
        model.addAttribute("notices", notices);
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
        for (var found : api.list("/admin/v1/models")) {
            if ("failed".equals(found.get("state"))) {
                notices.add(new Notice(
                        "The model " + found.get("id") + " could not be loaded: " + found.get("error"),
                        ConsolePage.MODELS));
            }
        }
        Instant since = Instant.now().minus(RECENT);
        api.list(JOBS + "?limit=100").stream()
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

    /** The caller's own tenant; for operators, all tenants. */
    private List<Notice> budgets(Caller caller) {
        var notices = new ArrayList<Notice>();
        for (String tenant : tenants(caller)) {
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

    private List<String> tenants(Caller caller) {
        if (api.allows("GET", "/admin/v1/tenants")) {
            return api.list("/admin/v1/tenants?limit=" + MAX_TENANTS).stream()
                    .map(tenant -> String.valueOf(tenant.get("id")))
                    .toList();
        }
        return api.allows("GET", usage(caller.tenant())) ? List.of(caller.tenant()) : List.of();
    }

    private static String usage(String tenant) {
        return "/admin/v1/tenants/" + tenant + "/usage";
    }

    private static List<Notice> trail(Map<String, Object> verification) {
        var notices = new ArrayList<Notice>();
        if (verification.get("integrity") instanceof Map<?, ?> integrity && Boolean.FALSE.equals(integrity.get("ok"))) {
            notices.add(new Notice(
                    "The audit trail does not verify, from entry " + integrity.get("first_bad_seq") + " on: "
                            + integrity.get("reason"),
                    ConsolePage.AUDIT));
        }
        if (verification.get("completeness") instanceof Map<?, ?> whole && Boolean.FALSE.equals(whole.get("ok"))) {
            notices.add(
                    new Notice("Requests in the audit trail have no outcome, or more than one.", ConsolePage.AUDIT));
        }
        return notices;
    }
}
