package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Role;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Tenants with their budgets, usage and keys. A new key's secret is only in the answer that creates it. */
@Controller
@RequestMapping("/console/tenants")
final class TenantsPage {
    private static final int DAYS = 30;
    private static final String TENANTS = "/admin/v1/tenants";
    private static final String TENANT = TENANTS + "/{tenant}";
    private static final String KEYS = TENANT + "/keys";

    private final Api api;

    TenantsPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String list(Model model, @AuthenticationPrincipal Caller caller) {
        if (!api.allows("GET", TENANTS)) {
            return "redirect:/console/tenants/" + caller.tenant();
        }
        model.addAttribute("tenants", api.list(TENANTS + "?limit=1000"));
        return "tenants";
    }

    @GetMapping("/{tenant}")
    String one(@PathVariable String tenant, Model model) {
        show(tenant, model);
        return "tenant";
    }

    private void show(String tenant, Model model) {
        String from = LocalDate.now(ZoneOffset.UTC).minusDays(DAYS - 1) + "T00:00:00Z";
        String usage = TENANT + "/usage?from={from}&limit=1000&group_by=";
        model.addAttribute("tenant", api.get(TENANT, tenant));
        model.addAttribute("mayChange", api.allows("PATCH", TENANTS + "/" + tenant));
        model.addAttribute("budgets", BudgetShare.of(api.get(BudgetShare.ROUTE, tenant)));
        model.addAttribute("days", api.list(usage + "day", tenant, from));
        model.addAttribute("uses", api.list(usage + "model,key", tenant, from));
        model.addAttribute("keys", api.list(KEYS + "?limit=1000", tenant));
        model.addAttribute("roles", Role.values());
    }

    @GetMapping("/{tenant}/usage.csv")
    void csv(@PathVariable String tenant, HttpServletRequest request, HttpServletResponse response) {
        String route = TENANT + "/usage?group_by=day,model,key";
        api.pass(request, response, "GET", new byte[0], "text/csv", route, tenant);
    }

    @PostMapping
    String make(@RequestParam String id, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.TENANTS,
                next,
                "The tenant " + id + " was created.",
                () -> api.send("POST", Map.of("id", id.strip()), TENANTS));
    }

    @PostMapping("/{tenant}/limits")
    String limits(
            @PathVariable String tenant,
            @RequestParam int weight,
            @RequestParam int concurrent,
            @RequestParam Map<String, String> form,
            RedirectAttributes next) {
        return FormResult.then(page(tenant), next, "The limits were changed.", () -> {
            Map<String, Object> body = new TreeMap<>(Map.of("weight", weight, "max_concurrent", concurrent));
            body.put("windows", windows(api.get(TENANT, tenant), form));
            api.send("PATCH", body, TENANT, tenant);
        });
    }

    /** The limits on tokens of all models from the form; others stay unchanged. */
    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> windows(Map<String, Object> tenant, Map<String, String> form) {
        var windows = new ArrayList<Map<String, Object>>();
        Map<String, Map<String, Object>> whole = new TreeMap<>();
        for (var window : (List<Map<String, Object>>) tenant.getOrDefault("windows", List.of())) {
            if (window.get("model") == null) {
                whole.put(String.valueOf(window.get("period")), new TreeMap<>(window));
            } else {
                windows.add(window);
            }
        }
        for (String period : List.of("minute", "hour", "day", "month")) {
            Map<String, Object> window = whole.getOrDefault(period, new TreeMap<>(Map.of("period", period)));
            String tokens = form.getOrDefault(period, "").strip();
            if (tokens.isEmpty()) {
                window.remove("tokens");
            } else {
                window.put("tokens", whole(period, tokens));
            }
            if (window.containsKey("tokens") || window.containsKey("requests") || window.containsKey("cost")) {
                windows.add(window);
            }
        }
        return windows;
    }

    private static long whole(String period, String tokens) {
        try {
            return Long.parseLong(tokens);
        } catch (NumberFormatException e) {
            throw new Api.Refused(400, "The tokens of the " + period + " must be a whole number.");
        }
    }

    @PostMapping("/{tenant}/keys")
    String issue(
            @PathVariable String tenant,
            @RequestParam(defaultValue = "") List<String> roles,
            @RequestParam(defaultValue = "") String models,
            @RequestParam(defaultValue = "") String expires,
            Model model) {
        Map<String, Object> body = new TreeMap<>(Map.of("roles", roles));
        List<String> names = List.of(models.strip().split("[,\\s]+"));
        if (!names.equals(List.of(""))) {
            body.put("models", names);
        }
        if (!expires.isBlank()) {
            body.put("expires_at", expires.strip() + "T00:00:00Z");
        }
        return shown(tenant, model, () -> api.send("POST", body, KEYS, tenant));
    }

    @PostMapping("/{tenant}/keys/{prefix}/rotate")
    String rotate(@PathVariable String tenant, @PathVariable String prefix, Model model) {
        return shown(tenant, model, () -> api.send("POST", null, KEYS + "/{prefix}/rotate", tenant, prefix));
    }

    /** No redirect, because the secret would have to be stored meanwhile. */
    private String shown(String tenant, Model model, Supplier<Map<String, Object>> act) {
        try {
            model.addAttribute("issued", act.get().get("key"));
        } catch (Api.Refused refused) {
            model.addAttribute("refusal", refused.words());
        }
        show(tenant, model);
        return "tenant";
    }

    @PostMapping("/{tenant}/keys/{prefix}/revoke")
    String revoke(@PathVariable String tenant, @PathVariable String prefix, RedirectAttributes next) {
        return FormResult.then(
                page(tenant),
                next,
                "The key " + prefix + " was revoked.",
                () -> api.send("DELETE", null, KEYS + "/{prefix}", tenant, prefix));
    }

    private static String page(String tenant) {
        return ConsolePage.TENANTS.path() + "/" + tenant;
    }
}
