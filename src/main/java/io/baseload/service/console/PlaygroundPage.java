package io.baseload.service.console;

import io.baseload.service.api.Api;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;

/** Chatting with models. The page sends requests of the OpenAI-compatible API, which are counted and recorded like any other. */
@Controller
@RequestMapping("/console/playground")
final class PlaygroundPage {
    private static final String GENERATE = "generate";

    private final Api api;

    PlaygroundPage(Api api) {
        this.api = api;
    }

    @GetMapping
    String page(Model model) {
        model.addAttribute(
                "models",
                api.list("/v1/models").stream().filter(PlaygroundPage::answers).toList());
        return "playground";
    }

    /** An encoder does not; of some models it is not known. */
    private static boolean answers(Map<String, Object> entry) {
        return GENERATE.equals(entry.getOrDefault("task", GENERATE));
    }

    @PostMapping(path = "/answer", consumes = MediaType.APPLICATION_JSON_VALUE)
    void answer(@RequestBody byte[] body, HttpServletRequest request, HttpServletResponse response) {
        api.pass(request, response, "POST", body, MediaType.TEXT_EVENT_STREAM_VALUE, "/v1/chat/completions");
    }
}
