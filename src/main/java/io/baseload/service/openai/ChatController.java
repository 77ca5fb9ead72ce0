package io.baseload.service.openai;

import io.baseload.service.protocol.BatchAnswer;
import io.baseload.service.protocol.BatchRoute;
import io.baseload.service.protocol.CompletionResponder;
import io.baseload.service.protocol.Exchange;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.tenant.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/chat/completions}. */
@RestController
@Tag(name = "Chat")
final class ChatController implements BatchRoute {
    private static final String PATH = "/v1/chat/completions";

    private final CompletionResponder responder;

    ChatController(CompletionResponder responder) {
        this.responder = responder;
    }

    @Operation(
            summary = "Answer a conversation",
            description = "Compatible with OpenAI's route of this name, for text and tool calls. With stream: true the"
                    + " answer is sent as server-sent events.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "default", "messages": [{"role": "user", "content": "Why is the sky blue?"}], "max_tokens": 100}\
                """)))
    @PostMapping(path = PATH, consumes = MediaType.APPLICATION_JSON_VALUE)
    void complete(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        responder.answer(exchange, exchange.read(ChatRequestParser::parse));
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public BatchAnswer answer(RequestContext context, byte[] body) {
        return responder.answerLater(context, context.read(body, ChatRequestParser::parse));
    }
}
