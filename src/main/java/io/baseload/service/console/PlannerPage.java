package io.baseload.service.console;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.service.api.Api;
import io.baseload.service.planner.CapacityPlan;
import io.baseload.service.planner.PlanChart;
import io.baseload.service.planner.PlanRequest;
import java.util.Map;
import java.util.stream.Stream;
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
            plan.decodeCost().ifPresent(cost -> model.addAttribute("decodeCost", cost));
            plan.prefillCost().ifPresent(cost -> model.addAttribute("prefillCost", cost));
        } catch (Api.Refused refused) {
            model.addAttribute("refusal", refused.words());
        }
        return show(form, model);
    }

    private String show(Map<String, String> form, Model model) {
        model.addAttribute("form", form);
        model.addAttribute(
                "precisions",
                Stream.of(Precision.values()).map(Precision::label).toList());
        model.addAttribute(
                "kvPrecisions",
                Stream.of(KvPrecision.values()).map(KvPrecision::label).toList());
        model.addAttribute("maxShards", PlanRequest.MAX_SHARDS);
        model.addAttribute("models", api.list("/admin/v1/models?limit=1000"));
        return "planner";
    }

    /** A shape takes precedence over a model; empty fields are omitted. */
    private static Map<String, Object> body(Map<String, String> form) {
        Map<String, Object> body =
                Form.filled(form, "model", "shape", "machine", "format", "precision", "kv_precision");
        body.putAll(Form.numbers(form, "context", "batch", "prompt", "shards"));
        body.putAll(Form.decimals(form, "least_rate", "price_per_hour"));
        if (body.containsKey("shape")) {
            body.remove("model");
        }
        return body;
    }
}
