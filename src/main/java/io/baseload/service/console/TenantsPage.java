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
import java.util.Optional;
import java.util.TreeMap;
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
import tools.jackson.databind.node.NullNode;

/** Tenants with their budgets, usage and keys. */
@Controller
@RequestMapping("/console/tenants")
final class TenantsPage {
    private static final int DAYS = 30;
    private static final String TENANTS = "/admin/v1/tenants";
    private static final String TENANT = TENANTS + "/{tenant}";
    private static final String USAGE = TENANT + "/usage?from={from}&limit=1000&group_by=";
    private static final String KEYS = TENANT + "/keys";

    /** Forms as they were filled in, in the page's model. */
    private static final String LIMITS = "limits";

    private static final String NEW_KEY = "newKey";

    private final Api api;

    TenantsPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String list(@RequestParam(defaultValue = "") String after, Model model, @AuthenticationPrincipal Caller caller) {
        if (!api.allows("GET", TENANTS)) {
            return "redirect:/console/tenants/" + caller.tenant();
        }
        Map<String, Object> page = api.get(TENANTS + "?limit=1000&after={after}", after);
        model.addAttribute("tenants", Api.data(page));
        model.addAttribute("next", page.get("next"));
        model.asMap().putIfAbsent("typed", Map.of());
        return "tenants";
    }

    /** @param after the last key of the previous page; empty = from the first */
    @GetMapping("/{tenant}")
    String one(@PathVariable String tenant, @RequestParam(defaultValue = "") String after, Model model) {
        Map<String, Object> found = api.get(TENANT, tenant);
        boolean mayChange = api.allows("PATCH", TENANTS + "/" + tenant);
        model.addAttribute("tenant", found);
        model.addAttribute("mayChange", mayChange);
        if (mayChange) {
            limits(found, model);
            model.addAttribute("models", api.list("/admin/v1/models?limit=1000"));
        }
        model.addAttribute("budgets", BudgetShare.of(api.get(BudgetShare.ROUTE, tenant)));
        Map<String, Object> keys = api.get(KEYS + "?limit=1000&after={after}", tenant, after);
        model.addAttribute("keys", Api.data(keys));
        model.addAttribute("next", keys.get("next"));
        model.addAttribute("roles", Role.values());
        model.asMap().putIfAbsent(NEW_KEY, Map.of());
        return "tenant";
    }

    /** The form of the limits: as they are or, after a refusal, as it was filled in, unless the budgets were changed meanwhile. */
    @SuppressWarnings("unchecked")
    private static void limits(Map<String, Object> tenant, Model model) {
        List<Map<String, Object>> present = BudgetRows.windows(tenant);
        String expected = Form.text(present);
        var typed = Optional.ofNullable((MultiValueMap<String, String>) model.getAttribute(LIMITS))
                .filter(form -> expected.equals(form.getFirst(Form.EXPECTED)));
        model.addAttribute(Form.EXPECTED, expected);
        model.addAttribute("again", typed.isPresent());
        model.addAttribute("windows", typed.map(BudgetRows::typed).orElseGet(() -> BudgetRows.of(present)));
        model.addAttribute(
                "fields",
                typed.<Map<String, ?>>map(MultiValueMap::toSingleValueMap).orElse(tenant));
    }

    /** The usage. Adding it up may take long or be refused, so it is loaded after the page. */
    @GetMapping("/{tenant}/reports")
    String reports(@PathVariable String tenant, Model model) {
        model.addAttribute("tenant", Map.of("id", tenant));
        model.addAttribute("days", api.list(USAGE + "day", tenant, from()));
        Map<String, Object> uses = api.get(USAGE + "model,key", tenant, from());
        model.addAttribute("uses", Api.data(uses));
        model.addAttribute("more", uses.get("next") != null);
        return "tenant :: reports";
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
        String route = TENANT + "/usage?from={from}&group_by=day,model,key";
        api.pass(request, response, "GET", new byte[0], "text/csv", route, tenant, from());
    }

    @PostMapping
    String make(@RequestParam String id, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.TENANTS.path(),
                next,
                "The tenant " + id + " was created.",
                "typed",
                Map.of("id", id),
                () -> api.send("POST", Map.of("id", id.strip()), TENANTS));
    }

    @PostMapping("/{tenant}/limits")
    String limits(
            @PathVariable String tenant, @RequestParam MultiValueMap<String, String> form, RedirectAttributes next) {
        return FormResult.then(page(tenant), next, "The limits were changed.", LIMITS, form, () -> {
            Map<String, String> fields = form.toSingleValueMap();
            String wait = fields.getOrDefault("max_wait_ms", "");
            Map<String, Object> body = new TreeMap<>();
            body.put("weight", Form.whole("weight", fields.getOrDefault("weight", "")));
            body.put("max_concurrent", Form.whole("max_concurrent", fields.getOrDefault("max_concurrent", "")));
            body.put("max_wait_ms", wait.isBlank() ? NullNode.getInstance() : Form.whole("max_wait_ms", wait));
            body.put("windows", BudgetRows.read(form));
            body.put("expected_windows", Form.json(fields.get(Form.EXPECTED)));
            api.send("PATCH", body, TENANT, tenant);
        });
    }

    @PostMapping("/{tenant}/keys")
    String issue(
            @PathVariable String tenant,
            @RequestParam MultiValueMap<String, String> form,
            Model model,
            RedirectAttributes next) {
        return IssuedKey.show(
                page(tenant),
                page(tenant),
                model,
                next,
                NEW_KEY,
                Form.typed(form),
                () -> api.send("POST", KeyFields.read(form), KEYS, tenant));
    }

    @PostMapping("/{tenant}/keys/{prefix}/rotate")
    String rotate(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestParam(defaultValue = "") String expires,
            @RequestParam(defaultValue = "false") boolean never,
            Model model,
            RedirectAttributes next) {
        return IssuedKey.show(page(tenant), page(tenant), model, next, NEW_KEY, Map.of(), () -> {
            if (never && !expires.isBlank()) {
                throw new Api.Refused(400, "Give a last day or choose 'never expires', not both.");
            }
            Map<String, Object> body = never
                    ? Map.of("expires_at", NullNode.getInstance())
                    : expires.isBlank() ? Map.of() : Map.of("expires_at", KeyFields.end(expires));
            return api.send("POST", body, KEYS + "/{prefix}/rotate", tenant, prefix);
        });
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
