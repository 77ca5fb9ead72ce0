package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.planner.CapacityPlan;
import io.baseload.service.planner.PlanChart;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A model's memory and speed on a machine, as a form, figures and a chart. */
@Controller
@RequestMapping("/console/planner")
final class PlannerPage {
    private static final List<String> NUMBERS = List.of("context", "batch");

    private final Api api;

    PlannerPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String form(Model model) {
        return show(Map.of(), model);
    }

    @PostMapping
    String plan(@RequestParam Map<String, String> form, Model model) {
        try {
            CapacityPlan plan = api.send(CapacityPlan.class, body(form), "/admin/v1/plan");
            model.addAttribute("plan", plan);
            model.addAttribute("picture", PlanChart.svg(plan));
        } catch (Api.Refused refused) {
            model.addAttribute("refusal", refused.words());
        }
        return show(form, model);
    }

    private String show(Map<String, String> form, Model model) {
        model.addAttribute("form", form);
        model.addAttribute("models", api.list("/admin/v1/models?limit=1000"));
        return "planner";
    }

    /** A shape takes precedence over a model; empty fields are omitted. */
    private static Map<String, Object> body(Map<String, String> form) {
        Map<String, Object> body = new TreeMap<>();
        form.forEach((name, text) -> {
            String value = text.strip();
            if (!value.isEmpty() && !name.startsWith("_")) {
                body.put(name, NUMBERS.contains(name) ? (Object) Form.whole(name, value) : value);
            }
        });
        if (body.containsKey("shape")) {
            body.remove("model");
        }
        return body;
    }
}
