package io.baseload.service.console;

import io.baseload.service.api.Api;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.json.JsonMapper;

/** The engine's time by operator, and how close decoding comes to the machine's limit. */
@Controller
@RequestMapping("/console/engine")
final class EnginePage {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration EVERY = Duration.ofSeconds(2);
    /** A browser reconnects after a stream's end, so a revoked key sees no more than this. */
    private static final Duration STREAM = Duration.ofMinutes(1);

    private final Api api;
    private final EngineState engine;
    private final Rooflines rooflines;
    private final CountDownLatch stopped = new CountDownLatch(1);

    EnginePage(Api api, EngineState engine, Rooflines rooflines) {
        this.api = api;
        this.engine = engine;
        this.rooflines = rooflines;
    }

    /**
     * A model's time by class, in fractions of the whole.
     *
     * @param bar in the article's classes
     * @param operators each class of the engine
     */
    record Profile(String model, long steps, List<Part> bar, Map<String, Double> operators) {}

    @GetMapping
    String page(Model model) {
        EngineState.Now now = engine.now();
        model.addAttribute("engine", now);
        model.addAttribute(
                "profiles", now.models().stream().map(EnginePage::profile).toList());
        model.addAttribute(
                "article", bar(Map.of("linear", 50.0, "convolution", 20.0, "barriers", 20.0, "other", 10.0), 100));
        model.addAttribute("rooflines", rooflines.all());
        model.addAttribute("instances", api.list("/admin/v1/instances?limit=1000"));
        return "engine";
    }

    private static Profile profile(Map<String, Object> model) {
        Map<String, Double> operators = new TreeMap<>();
        if (model.get("operator_seconds") instanceof Map<?, ?> seconds) {
            seconds.forEach((operator, time) -> operators.put(
                    String.valueOf(operator), time instanceof Number number ? number.doubleValue() : 0.0));
        }
        double all = Math.max(
                1e-9,
                operators.values().stream().mapToDouble(Double::doubleValue).sum());
        List<Part> bar = bar(operators, all);
        operators.replaceAll((operator, seconds) -> seconds / all);
        return new Profile(String.valueOf(model.get("id")), (long) EngineState.number(model, "steps"), bar, operators);
    }

    /** The classes of the article on Yuan2.0-102B: linear layers, convolution, waiting for other workers, and everything else. */
    private static List<Part> bar(Map<String, Double> operators, double all) {
        Map<String, Double> classes = new TreeMap<>();
        operators.forEach((operator, amount) -> classes.merge(ofArticle(operator), amount, Double::sum));
        var parts = new Part.Parts(all);
        List.of("linear", "convolution", "collectives", "other").forEach(name -> {
            double amount = classes.getOrDefault(name, 0.0);
            parts.add(Math.round(100 * amount / all) + " % " + name, kind(name), amount);
        });
        return parts.list();
    }

    private static String kind(String name) {
        return switch (name) {
            case "linear" -> "a";
            case "convolution" -> "b";
            case "collectives" -> "c";
            default -> "d";
        };
    }

    private static String ofArticle(String operator) {
        return operator.startsWith("linear")
                ? "linear"
                : operator.equals("convolution")
                        ? operator
                        : List.of("barriers", "waiting", "all-reduce").contains(operator) ? "collectives" : "other";
    }

    /** Uses all CPUs for some seconds. */
    @PostMapping("/roofline")
    String measure(@RequestParam String model, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.ENGINE,
                next,
                "The roofline of " + model + " was measured.",
                () -> rooflines.measure(model));
    }

    @GetMapping("/history")
    @ResponseBody
    Map<String, Object> history() {
        return api.get("/admin/v1/engine/history");
    }

    /** Server-sent events: the current state, every two seconds. */
    @GetMapping("/live")
    void live(HttpServletResponse response) throws IOException, InterruptedException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setHeader("X-Accel-Buffering", "no");
        ServletOutputStream out = response.getOutputStream();
        Instant end = Instant.now().plus(STREAM);
        do {
            EngineState.Now now = engine.now();
            Map<String, Object> event = new TreeMap<>();
            event.put("at", Instant.now().toString());
            event.put("decoded_tokens", now.decoded());
            event.put("models", now.models());
            if (now.roofline() != null) {
                event.put("roofline", now.roofline());
            }
            out.write(("data: " + JSON.writeValueAsString(event) + "\n\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } while (Instant.now().isBefore(end) && !stopped.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Streams don't keep the service from stopping. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        stopped.countDown();
    }
}
