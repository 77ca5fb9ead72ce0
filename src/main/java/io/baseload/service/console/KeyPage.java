package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.tenant.Role;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A key: its rights and its budgets, and forms to change them. */
@Controller
@RequestMapping("/console/tenants/{tenant}/keys/{prefix}")
final class KeyPage {
    private static final String KEY = "/admin/v1/tenants/{tenant}/keys/{prefix}";
    private static final String WINDOWS = KEY + "/windows";

    /** The form as it was filled in, in the page's model. */
    private static final String TYPED = "typed";

    private final Api api;

    KeyPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String page(@PathVariable String tenant, @PathVariable String prefix, Model model) {
        Map<String, Object> key = api.get(KEY, tenant, prefix);
        Map<String, Object> counted = api.get(WINDOWS, tenant, prefix);
        model.addAttribute("tenant", tenant);
        model.addAttribute("found", key);
        model.addAttribute("roles", Role.values());
        model.asMap().putIfAbsent(TYPED, KeyFields.of(key));
        model.addAttribute(Form.EXPECTED, KeyFields.expected(key));
        BudgetRows.show(counted, model);
        if (api.allows("GET", "/admin/v1/models")) {
            model.addAttribute("models", api.list("/admin/v1/models?limit=1000"));
        }
        return "rights";
    }

    @PostMapping
    String change(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestParam MultiValueMap<String, String> form,
            RedirectAttributes next) {
        return FormResult.then(
                path(tenant, prefix),
                next,
                "The key was changed.",
                TYPED,
                Form.typed(form),
                () -> api.send(
                        "PATCH",
                        Form.changes(KeyFields.read(form), form.getFirst(Form.EXPECTED)),
                        KEY,
                        tenant,
                        prefix));
    }

    @PostMapping("/windows")
    String budgets(
            @PathVariable String tenant,
            @PathVariable String prefix,
            @RequestParam MultiValueMap<String, String> form,
            RedirectAttributes next) {
        return FormResult.then(
                path(tenant, prefix),
                next,
                "The budgets were changed.",
                BudgetRows.FORM,
                form,
                () -> api.send("PUT", BudgetRows.change(form), WINDOWS, tenant, prefix));
    }

    static String path(String tenant, String prefix) {
        return ConsolePage.TENANTS.path() + "/" + tenant + "/keys/" + prefix;
    }
}
