package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.tenant.Role;
import java.util.List;
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

/** A tenant's people, as they were last seen, and its service accounts. */
@Controller
@RequestMapping("/console/tenants/{tenant}/identities")
final class IdentitiesPage {
    private static final String IDENTITIES = "/admin/v1/tenants/{tenant}/identities";
    private static final String IDENTITY = IDENTITIES + "/{id}";
    private static final String TYPED = "typed";

    private final Api api;

    IdentitiesPage(Api api) {
        this.api = api;
    }

    /** @param after the last identity of the previous page; empty = from the first */
    @GetMapping
    String page(@PathVariable String tenant, @RequestParam(defaultValue = "") String after, Model model) {
        Map<String, Object> page = api.get(IDENTITIES + "?limit=1000&after={after}", tenant, after);
        model.addAttribute("tenant", tenant);
        model.addAttribute("identities", Api.data(page));
        model.addAttribute("next", page.get("next"));
        model.addAttribute("roles", Role.values());
        model.asMap().putIfAbsent(TYPED, Map.of());
        return "identities";
    }

    @PostMapping
    String create(
            @PathVariable String tenant, @RequestParam MultiValueMap<String, String> form, RedirectAttributes next) {
        Map<String, String> fields = form.toSingleValueMap();
        return FormResult.then(path(tenant), next, "The service account was created.", TYPED, Form.typed(form), () -> {
            Map<String, Object> body = Form.filled(fields, "name");
            body.put("roles", form.getOrDefault("roles", List.of()));
            body.put("models", Form.list(fields.get("models")));
            api.send("POST", body, IDENTITIES, tenant);
        });
    }

    /** The form of a new key for a service account. */
    @GetMapping("/{id}/keys")
    String key(@PathVariable String tenant, @PathVariable String id, Model model) {
        model.addAttribute("tenant", tenant);
        model.addAttribute("id", id);
        model.addAttribute("roles", Role.values());
        model.asMap().putIfAbsent(TYPED, Map.of());
        return "account-key";
    }

    @PostMapping("/{id}/keys")
    String issue(
            @PathVariable String tenant,
            @PathVariable String id,
            @RequestParam MultiValueMap<String, String> form,
            Model model,
            RedirectAttributes next) {
        return IssuedKey.show(
                path(tenant),
                path(tenant) + "/" + id + "/keys",
                model,
                next,
                TYPED,
                Form.typed(form),
                () -> api.send("POST", KeyFields.read(form), IDENTITY + "/keys", tenant, id));
    }

    @GetMapping("/{id}/delete")
    String askDelete(@PathVariable String tenant, @PathVariable String id, Model page) {
        return new Confirmation(path(tenant), "Remove an identity", "Remove", id + "/delete")
                .ask(
                        page,
                        Map.of(),
                        List.of(
                                "All keys of " + id + " are revoked: they are refused from the next request on.",
                                "A person whom the identity provider still knows returns with the next sign-in,"
                                        + " without the keys."));
    }

    @PostMapping("/{id}/delete")
    String delete(@PathVariable String tenant, @PathVariable String id, RedirectAttributes next) {
        return FormResult.then(
                path(tenant), next, id + " was removed.", () -> api.send("DELETE", null, IDENTITY, tenant, id));
    }

    private static String path(String tenant) {
        return ConsolePage.TENANTS.path() + "/" + tenant + "/identities";
    }
}
