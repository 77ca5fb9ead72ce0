package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Whether a tenant's prompts and answers are kept, and their erasure; its filters; its deletion. */
@Controller
@RequestMapping("/console/tenants/{tenant}/settings")
final class TenantSettingsPage {
    private static final String TENANT = "/admin/v1/tenants/{tenant}";
    private static final String POLICY = TENANT + "/content-policy";
    private static final String CONTENTS = TENANT + "/contents";
    private static final String GUARDRAILS = TENANT + "/guardrails";
    private static final String FILTERS = "filters";
    private static final String DAYS = "retention_days";
    private static final String[] SELECTION = {"request_id", "user", "all"};

    private final Api api;

    TenantSettingsPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String page(@PathVariable String tenant, Model model) {
        Object filters = api.get(GUARDRAILS, tenant).getOrDefault(FILTERS, List.of());
        model.addAttribute("tenant", tenant);
        model.addAttribute("policy", api.get(POLICY, tenant));
        model.addAttribute(FILTERS, filters);
        model.addAttribute("mayKeep", api.allows("PUT", concrete(POLICY, tenant)));
        model.addAttribute("mayFilter", api.allows("PUT", concrete(GUARDRAILS, tenant)));
        model.addAttribute("mayDelete", api.allows("DELETE", concrete(TENANT, tenant)));
        model.asMap().putIfAbsent("typed", Map.of());
        model.asMap().putIfAbsent("typedFilters", Map.of());
        return "settings";
    }

    private static String concrete(String route, String tenant) {
        return route.replace("{tenant}", tenant);
    }

    @PostMapping("/content-policy")
    String keep(
            @PathVariable String tenant,
            @RequestParam(defaultValue = "false") boolean keep,
            @RequestParam Map<String, String> form,
            RedirectAttributes next) {
        return FormResult.then(path(tenant), next, "The policy was changed.", "typed", form, () -> {
            Map<String, Object> body = new TreeMap<>(Form.numbers(form, DAYS));
            body.put("keep", keep);
            api.send("PUT", body, POLICY, tenant);
        });
    }

    @GetMapping("/erase")
    String askErase(
            @PathVariable String tenant, @RequestParam Map<String, String> form, Model page, RedirectAttributes next) {
        var words = new ArrayList<String>();
        Map<String, String> selection = selection(form);
        if (selection.isEmpty()) {
            return FormResult.refused(
                    path(tenant), next, new Api.Refused(400, "Give a request or an end user, or choose all."));
        }
        if (selection.containsKey("all")) {
            words.add("All kept prompts and answers of the tenant " + tenant
                    + " are erased, with its stored responses, files and batches.");
        } else {
            selection.forEach((name, value) -> words.add("Prompts and answers are erased, also in files and batches: "
                    + name.replace('_', ' ') + " " + value + "."));
        }
        words.add("This can't be undone. The audit trail stays unchanged.");
        return new Confirmation(path(tenant), "Erase contents", "Erase", "erase").ask(page, selection, words);
    }

    @PostMapping("/erase")
    String erase(@PathVariable String tenant, @RequestParam Map<String, String> form, RedirectAttributes next) {
        try {
            Map<String, String> selection = selection(form);
            String query = String.join(
                    "&",
                    selection.keySet().stream()
                            .map(name -> name + "={" + name + "}")
                            .toList());
            var variables = new ArrayList<Object>(List.of(tenant));
            variables.addAll(selection.values());
            Object erased = api.send("DELETE", null, CONTENTS + "?" + query, variables.toArray())
                    .get("erased");
            return FormResult.done(path(tenant), next, erased + " contents were erased.");
        } catch (Api.Refused refused) {
            return FormResult.refused(path(tenant), next, refused);
        }
    }

    private static Map<String, String> selection(Map<String, String> form) {
        Map<String, String> selection = new TreeMap<>();
        Form.filled(form, SELECTION).forEach((name, value) -> selection.put(name, value.toString()));
        return selection;
    }

    /** @param filters JSON, as in the API */
    @PostMapping("/guardrails")
    String filter(@PathVariable String tenant, @RequestParam String filters, RedirectAttributes next) {
        return FormResult.then(
                path(tenant),
                next,
                "The filters were changed.",
                "typedFilters",
                Map.of(FILTERS, filters),
                () -> api.send("PUT", Map.of(FILTERS, Form.json(filters)), GUARDRAILS, tenant));
    }

    @GetMapping("/delete")
    String askDelete(@PathVariable String tenant, Model page) {
        return new Confirmation(path(tenant), "Delete a tenant", "Delete", "delete")
                .ask(
                        page,
                        Map.of(),
                        List.of(
                                "The tenant " + tenant + " is deleted with its keys, budgets and service accounts.",
                                "Its kept contents, stored responses, files and batches are erased first. This can't"
                                        + " be undone.",
                                "Its usage and its entries in the audit trail stay."));
    }

    @PostMapping("/delete")
    String delete(@PathVariable String tenant, RedirectAttributes next) {
        try {
            api.send("DELETE", null, TENANT, tenant);
        } catch (Api.Refused refused) {
            return FormResult.refused(path(tenant), next, refused);
        }
        return FormResult.done(ConsolePage.TENANTS.path(), next, "The tenant " + tenant + " was deleted.");
    }

    private static String path(String tenant) {
        return ConsolePage.TENANTS.path() + "/" + tenant + "/settings";
    }
}
