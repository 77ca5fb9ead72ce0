package io.baseload.service.openai;

import io.baseload.service.tenant.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/chat/completions}. */
@RestController
final class ChatController {
    private final Answering answering;

    ChatController(Answering answering) {
        this.answering = answering;
    }

    @PostMapping(path = "/v1/chat/completions", consumes = MediaType.APPLICATION_JSON_VALUE)
    void complete(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        Question question = ChatFields.read(exchange.body(), caller);
        boolean logprobs = question.request().topLogprobs() >= 0;
        answering.answer(exchange, question, asked -> new ChatShape(Head.of("chatcmpl-", asked), logprobs));
    }
}
