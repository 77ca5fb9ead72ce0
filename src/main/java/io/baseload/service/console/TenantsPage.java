package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Role;
import io.baseload.service.web.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
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
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Tenants with their budgets, usage and keys. A new key's secret is only in the answer that creates it. */
@Controller
@RequestMapping("/console/tenants")
final class TenantsPage {
    private static final int DAYS = 30;
    private static final String TENANTS = "/admin/v1/tenants";
    private static final String TENANT = TENANTS + "/{tenant}";
    private static final String USAGE = TENANT + "/usage?from={from}&limit=1000&group_by=";
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
    String one(@PathVariable String tenant, @RequestParam(defaultValue = "") String after, Model model) {
        show(tenant, after, model);
        return "tenant";
    }

    /** @param after the last key of the previous page; empty = from the first */
    private void show(String tenant, String after, Model model) {
        Map<String, Object> found = api.get(TENANT, tenant);
        boolean mayChange = api.allows("PATCH", TENANTS + "/" + tenant);
        model.addAttribute("tenant", found);
        model.addAttribute("mayChange", mayChange);
        if (mayChange) {
            model.addAttribute("windows", BudgetRows.of(found));
            model.addAttribute("expected", BudgetRows.text(found));
            model.addAttribute("models", api.list("/admin/v1/models?limit=1000"));
        }
        model.addAttribute("budgets", BudgetShare.of(api.get(BudgetShare.ROUTE, tenant)));
        model.addAttribute("days", api.list(USAGE + "day", tenant, from()));
        model.addAttribute("uses", api.list(USAGE + "model,key", tenant, from()));
        Map<String, Object> keys = api.get(KEYS + "?limit=1000&after={after}", tenant, after);
        model.addAttribute("keys", Api.data(keys));
        model.addAttribute("next", keys.get("next"));
        model.addAttribute("roles", Role.values());
    }

    /** The start of the first day that is shown. */
    private static String from() {
        return LocalDate.now(ZoneOffset.UTC).minusDays(DAYS - 1) + "T00:00:00Z";
    }

    /**
     * The usage of each day, for the plot.
     *
     * @param by model or key
     */
    @GetMapping("/{tenant}/usage")
    @ResponseBody
    List<Map<String, Object>> usage(@PathVariable String tenant, @RequestParam String by) {
        var rows = new ArrayList<Map<String, Object>>();
        Object after = "";
        while (after != null) {
            Map<String, Object> page = api.get(USAGE + "day,{by}&after={after}", tenant, from(), by, after);
            rows.addAll(Api.data(page));
            after = page.get("next");
        }
        return rows;
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
            @RequestParam String expected,
            @RequestParam MultiValueMap<String, String> form,
            RedirectAttributes next) {
        return FormResult.then(
                page(tenant),
                next,
                "The limits were changed.",
                () -> api.send(
                        "PATCH",
                        Map.of(
                                "weight",
                                weight,
                                "max_concurrent",
                                concurrent,
                                "windows",
                                BudgetRows.read(form),
                                "expected_windows",
                                Json.parse(expected.getBytes(StandardCharsets.UTF_8))),
                        TENANT,
                        tenant));
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
        body.putAll(ending(expires));
        return shown(tenant, model, () -> api.send("POST", body, KEYS, tenant));
    }

    @PostMapping("/{tenant}/keys/{prefix}/rotate")
    String rotate(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestParam(defaultValue = "") String expires,
            Model model) {
        return shown(tenant, model, () -> api.send("POST", ending(expires), KEYS + "/{prefix}/rotate", tenant, prefix));
    }

    /** @param expires a day; blank = as the API decides */
    private static Map<String, Object> ending(String expires) {
        return expires.isBlank() ? Map.of() : Map.of("expires_at", expires.strip() + "T00:00:00Z");
    }

    /** No redirect, because the secret would have to be stored meanwhile. */
    private String shown(String tenant, Model model, Supplier<Map<String, Object>> act) {
        try {
            model.addAttribute("issued", act.get().get("key"));
        } catch (Api.Refused refused) {
            model.addAttribute("refusal", refused.words());
        }
        show(tenant, "", model);
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
