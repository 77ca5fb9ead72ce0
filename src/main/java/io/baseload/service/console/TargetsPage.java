package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The models behind a name, when there are several: their order, shares and sizes of prompts. */
@Controller
@RequestMapping("/console/models/names/targets")
final class TargetsPage {
    private static final String ALIAS = "alias";
    private static final String TARGETS = "targets";
    private static final String ROWS = "rows";
    private static final Confirmation CHANGE =
            new Confirmation(ConsolePage.MODELS.path(), "Change the models behind a name", "Change", "names/targets");

    private final Api api;
    private final AliasState state;
    private final SwapConsequences consequences;

    TargetsPage(Api api, AliasState state, SwapConsequences consequences) {
        this.api = api;
        this.state = state;
        this.consequences = consequences;
    }

    /** The form: as the name is, as it was filled in with {@code more} rows, or with {@code ask} its consequences. */
    @GetMapping
    String page(@RequestParam MultiValueMap<String, String> form, Model page) {
        String alias =
                String.valueOf(form.getOrDefault(ALIAS, List.of("")).getFirst()).strip();
        if (form.containsKey("more")) {
            return form(alias, TargetRows.extended(TargetRows.typed(form)), page);
        }
        if (!form.containsKey("ask")) {
            return form(alias, alias.isEmpty() ? TargetRows.of(List.of()) : current(alias), page);
        }
        try {
            List<Map<String, Object>> targets = TargetRows.read(form);
            return CHANGE.ask(page, Map.of(ALIAS, alias, TARGETS, Form.text(targets)), consequences.of(alias, targets));
        } catch (Api.Refused refused) {
            page.addAttribute("refusal", refused.words());
            return form(alias, TargetRows.typed(form), page);
        }
    }

    private List<Map<String, Object>> current(String alias) {
        return TargetRows.of(state.targets(alias));
    }

    private String form(String alias, List<Map<String, Object>> rows, Model page) {
        page.addAttribute(ALIAS, alias);
        page.asMap().putIfAbsent(ROWS, rows);
        page.addAttribute("aliases", state.all());
        page.addAttribute("choices", state.choices(api.list("/admin/v1/models?limit=1000")));
        return "targets";
    }

    /** @param targets JSON, as in the API */
    @PostMapping
    String change(@RequestParam String alias, @RequestParam String targets, RedirectAttributes next) {
        try {
            api.send("PUT", Map.of(TARGETS, Form.json(targets)), "/admin/v1/aliases/{name}", alias);
        } catch (Api.Refused refused) {
            next.addAttribute(ALIAS, alias);
            next.addFlashAttribute(ROWS, TargetRows.of(Form.objects(targets)));
            return FormResult.refused("/console/models/names/targets", next, refused);
        }
        return FormResult.done(ConsolePage.MODELS.path(), next, "The models behind " + alias + " are being changed.");
    }
}
