package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Other engines that answer for this service, and their health. */
@Controller
@RequestMapping("/console/backends")
final class BackendsPage {
    private static final String BACKENDS = "/admin/v1/backends";
    private static final String BACKEND = BACKENDS + "/{name}";
    private static final String CHANGE = "/console/backends/change";
    private static final String TYPED = "typed";
    private static final Confirmation DELETE =
            new Confirmation(ConsolePage.BACKENDS.path(), "Delete a backend", "Delete", "delete");

    private final Api api;

    BackendsPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String page(Model model) {
        list(model);
        model.asMap().putIfAbsent(TYPED, Map.of("max_tokens_field", "max_tokens", "template_variables", "true"));
        return "backends";
    }

    /** The backends with their present health. */
    @GetMapping("/list")
    String list(Model model) {
        model.addAttribute("backends", api.list(BACKENDS + "?limit=1000"));
        return "backends :: list";
    }

    @PostMapping
    String create(@RequestParam Map<String, String> form, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.BACKENDS.path(),
                next,
                "The backend was created.",
                TYPED,
                BackendFields.typed(form),
                () -> api.send("POST", BackendFields.created(form), BACKENDS));
    }

    @GetMapping("/change")
    String form(@RequestParam String name, Model model) {
        Map<String, Object> backend = api.get(BACKEND, name);
        model.addAttribute("backend", backend);
        model.addAttribute(Form.EXPECTED, BackendFields.expected(backend));
        model.asMap().putIfAbsent(TYPED, BackendFields.of(backend));
        return "backend";
    }

    @PostMapping("/change")
    String change(@RequestParam String name, @RequestParam Map<String, String> form, RedirectAttributes next) {
        try {
            api.send("PATCH", BackendFields.changed(form), BACKEND, name);
        } catch (Api.Refused refused) {
            next.addAttribute("name", name);
            return FormResult.refused(CHANGE, next, refused, TYPED, BackendFields.typed(form));
        }
        return FormResult.done(ConsolePage.BACKENDS.path(), next, "The backend " + name + " was changed.");
    }

    @GetMapping("/delete")
    String askDelete(@RequestParam String name, Model page) {
        api.get(BACKEND, name);
        return DELETE.ask(
                page,
                Map.of("name", name),
                List.of(
                        "New requests for its models are answered with 404. Running answers finish.",
                        "If a name points to one of them, nothing is deleted."));
    }

    @PostMapping("/delete")
    String delete(@RequestParam String name, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.BACKENDS,
                next,
                "The backend " + name + " was deleted.",
                () -> api.send("DELETE", null, BACKEND, name));
    }
}
