package io.baseload.service.openai;

import io.baseload.service.tenant.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/completions}. */
@RestController
final class CompletionsController {
    private final Answering answering;

    CompletionsController(Answering answering) {
        this.answering = answering;
    }

    @PostMapping(path = "/v1/completions", consumes = MediaType.APPLICATION_JSON_VALUE)
    void complete(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        Question question = TextFields.read(exchange.body(), caller);
        int logprobs = question.request().topLogprobs();
        answering.answer(
                exchange, question, asked -> new TextShape(Head.of("cmpl-", asked), logprobs, question.choices()));
    }
}
