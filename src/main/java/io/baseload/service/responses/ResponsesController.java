package io.baseload.service.responses;

import io.baseload.service.protocol.CompletionResponder;
import io.baseload.service.protocol.Exchange;
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

/** {@code POST /v1/responses}. */
@RestController
@Tag(name = "Responses")
final class ResponsesController {
    private final CompletionResponder responder;

    ResponsesController(CompletionResponder responder) {
        this.responder = responder;
    }

    @Operation(
            summary = "Answer a text or a list of items",
            description = "Takes and answers what OpenAI's route of this name does, in text, reasoning and calls of"
                    + " functions. With stream: true the answer comes as server-sent events.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "default", "input": "Why is the sky blue?", "max_output_tokens": 100}\
                """)))
    @PostMapping(path = "/v1/responses", consumes = MediaType.APPLICATION_JSON_VALUE)
    void create(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        responder.answer(exchange, exchange.read(ResponsesRequestParser::parse));
    }
}
