package io.baseload.service.console;

import io.baseload.service.api.Api;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The budgets of a person or a service account, and a form to change them. */
@Controller
@RequestMapping("/console/tenants/{tenant}/identities/{id}")
final class IdentityPage {
    private static final String WINDOWS = "/admin/v1/tenants/{tenant}/identities/{id}/windows";

    private final Api api;

    IdentityPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String page(@PathVariable String tenant, @PathVariable String id, Model model) {
        BudgetRows.show(api.get(WINDOWS, tenant, id), model);
        model.addAttribute("tenant", tenant);
        model.addAttribute("id", id);
        if (api.allows("GET", "/admin/v1/models")) {
            model.addAttribute("models", api.list("/admin/v1/models?limit=1000"));
        }
        return "identity";
    }

    @PostMapping("/windows")
    String budgets(
            @PathVariable String tenant,
            @PathVariable String id,
            @RequestParam MultiValueMap<String, String> form,
            RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.TENANTS.path() + "/" + tenant + "/identities/" + id,
                next,
                "The budgets were changed.",
                BudgetRows.FORM,
                form,
                () -> api.send("PUT", BudgetRows.change(form), WINDOWS, tenant, id));
    }
}
