package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.tenant.Caller;
import java.util.List;
import java.util.Map;
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
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.node.NullNode;

/** The keys of the person who has signed in, for the person's programs. */
@Controller
@RequestMapping("/console/keys")
final class MyKeysPage {
    private static final String KEYS = "/admin/v1/me/keys";
    private static final String KEY = KEYS + "/{prefix}";
    private static final String TYPED = "newKey";

    private final Api api;

    MyKeysPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String page(@AuthenticationPrincipal Caller caller, Model model) {
        model.addAttribute("keys", api.list(KEYS + "?limit=1000"));
        model.addAttribute("roles", caller.roles());
        model.asMap().putIfAbsent(TYPED, Map.of());
        return "my-keys";
    }

    /** Empty fields are omitted: then the key has the person's rights, and the longest time. */
    @PostMapping
    String issue(@RequestParam MultiValueMap<String, String> form, Model model, RedirectAttributes next) {
        return issued(model, next, Form.typed(form), () -> {
            Map<String, Object> body = KeyFields.read(form);
            body.values().removeIf(value -> value instanceof NullNode || value.equals(List.of()));
            return api.send("POST", body, KEYS);
        });
    }

    @PostMapping("/{prefix}/rotate")
    String rotate(@PathVariable String prefix, Model model, RedirectAttributes next) {
        return issued(model, next, Map.of(), () -> api.send("POST", null, KEY + "/rotate", prefix));
    }

    private static String issued(
            Model model, RedirectAttributes next, Map<String, ?> typed, Supplier<Map<String, Object>> act) {
        return IssuedKey.show(ConsolePage.KEYS.path(), ConsolePage.KEYS.path(), model, next, TYPED, typed, act);
    }

    @PostMapping("/{prefix}/revoke")
    String revoke(@PathVariable String prefix, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.KEYS,
                next,
                "The key " + prefix + " was revoked.",
                () -> api.send("DELETE", null, KEY, prefix));
    }
}
