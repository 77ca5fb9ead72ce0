package io.baseload.service.console;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.service.api.Api;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Loading a model with settings of its own. */
@Controller
@RequestMapping("/console/models/load")
final class LoadPage {
    private static final String MODEL = "/admin/v1/models/{id}";
    private static final String PRECISION = "precision";

    private final Api api;
    private final EngineState engine;

    LoadPage(Api api, EngineState engine) {
        this.api = api;
        this.engine = engine;
    }

    @GetMapping
    String form(@RequestParam String model, Model page) {
        page.addAttribute("model", api.get(MODEL, model));
        page.addAttribute("free", EngineState.number(engine.now().memory(), "free"));
        page.addAttribute(
                "precisions",
                Stream.of(Precision.values()).map(Precision::label).toList());
        page.addAttribute(
                "kvPrecisions",
                Stream.of(KvPrecision.values()).map(KvPrecision::label).toList());
        page.asMap().putIfAbsent("typed", Map.of());
        return "load";
    }

    /** Settings that are absent or empty stay as before. */
    @PostMapping
    String load(@RequestParam String model, @RequestParam Map<String, String> form, RedirectAttributes next) {
        Map<String, Object> body = Form.filled(form, PRECISION, "kv_precision");
        Form.filled(form, "pinned").forEach((name, value) -> body.put(name, Boolean.valueOf(value.toString())));
        try {
            api.send("POST", body, MODEL + "/load", model);
        } catch (Api.Refused refused) {
            if (!form.containsKey(PRECISION)) {
                return FormResult.refused(ConsolePage.MODELS.path(), next, refused);
            }
            next.addAttribute("model", model);
            return FormResult.refused("/console/models/load", next, refused, "typed", form);
        }
        return FormResult.done(ConsolePage.MODELS.path(), next, model + " is being loaded.");
    }
}
