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

    @GetMapping
    String page(Model model) {
        EngineState.Now now = engine.now();
        model.addAttribute("engine", now);
        model.addAttribute("profiles", profiles(now));
        model.addAttribute("article", EngineProfile.ARTICLE);
        model.addAttribute("rooflines", rooflines(now));
        model.addAttribute("instances", api.list("/admin/v1/instances?limit=1000"));
        return "engine";
    }

    /** The profiles alone. */
    @GetMapping("/profiles")
    String profiles(Model model) {
        model.addAttribute("profiles", profiles(engine.now()));
        return "engine :: profiles";
    }

    private static List<EngineProfile> profiles(EngineState.Now now) {
        return now.models().stream().map(EngineProfile::of).toList();
    }

    /** By model; those that were not measured as they are loaded are absent. */
    private Map<String, Rooflines.Roofline> rooflines(EngineState.Now now) {
        var found = new TreeMap<String, Rooflines.Roofline>();
        now.models()
                .forEach(model ->
                        rooflines.of(model).ifPresent(line -> found.put(String.valueOf(model.get("id")), line)));
        return found;
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

    /** The samples of the last hours, as those of {@link #live}. */
    @GetMapping("/history")
    @ResponseBody
    List<Map<String, Object>> history() {
        List<Map<String, Object>> samples = engine.history();
        samples.forEach(sample -> EngineState.models(sample).forEach(EngineProfile::keepPlotted));
        return samples;
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
            now.models().forEach(EngineProfile::keepPlotted);
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
