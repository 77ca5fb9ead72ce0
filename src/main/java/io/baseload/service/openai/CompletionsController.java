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

/** {@code POST /v1/completions}. */
@RestController
@Tag(name = "Completions")
final class CompletionsController implements BatchRoute {
    private static final String PATH = "/v1/completions";

    private final CompletionResponder responder;

    CompletionsController(CompletionResponder responder) {
        this.responder = responder;
    }

    @Operation(
            summary = "Continue a text",
            description =
                    "Compatible with OpenAI's route of this name: one or several prompts, as text or token ids; echo,"
                            + " logprobs, best_of. With stream: true the answer is sent as server-sent events.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "default", "prompt": "Once upon a time", "max_tokens": 50}\
                """)))
    @PostMapping(path = PATH, consumes = MediaType.APPLICATION_JSON_VALUE)
    void complete(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        responder.answer(exchange, exchange.read(TextRequestParser::parse));
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public BatchAnswer answer(RequestContext context, byte[] body) {
        return responder.answerLater(context, context.read(body, TextRequestParser::parse));
    }
}
