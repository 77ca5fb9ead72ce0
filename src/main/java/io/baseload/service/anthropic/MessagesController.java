package io.baseload.service.anthropic;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.inference.Inference;
import io.baseload.service.protocol.CompletionResponder;
import io.baseload.service.protocol.Exchange;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.SealedReasoning;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.Json;
import io.baseload.service.web.LimitedRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** {@code POST /v1/messages} and {@code POST /v1/messages/count_tokens}. */
@RestController
@Tag(name = "Messages")
final class MessagesController {
    static final String VERSION_HEADER = "anthropic-version";
    /** Both are served alike; the newer version no longer has the sampling fields, which are accepted all the same. */
    private static final List<String> VERSIONS = List.of("2023-06-01", "2026-10-21");

    private final CompletionResponder responder;
    private final Inference inference;
    private final SealedReasoning reasoning;

    MessagesController(CompletionResponder responder, Inference inference, SealedReasoning reasoning) {
        this.responder = responder;
        this.inference = inference;
        this.reasoning = reasoning;
    }

    @Operation(
            summary = "Answer a conversation (Anthropic's format)",
            description =
                    "Compatible with Anthropic's route of this name, for text, thinking and tool calls. With stream:"
                            + " true the answer is sent as server-sent events.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "default", "max_tokens": 100, "messages": [{"role": "user", "content": "Why is the sky blue?"}]}\
                """)))
    @PostMapping(path = "/v1/messages", consumes = MediaType.APPLICATION_JSON_VALUE)
    void create(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        checkVersion(request);
        var exchange = new Exchange(request, response, caller);
        responder.answer(
                exchange,
                exchange.read(
                        fields -> MessagesRequestParser.parse(fields, exchange.id(), caller.tenant(), reasoning)));
    }

    @Operation(summary = "Count the tokens of a conversation; nothing is generated")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "default", "messages": [{"role": "user", "content": "Why is the sky blue?"}]}\
                """)))
    @PostMapping(path = "/v1/messages/count_tokens", consumes = MediaType.APPLICATION_JSON_VALUE)
    void count(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        checkVersion(request);
        var asked = new Exchange(request, response, caller)
                .read(fields -> MessagesRequestParser.question(fields, caller.tenant(), reasoning));
        try {
            int count = inference.withTokens(
                    caller,
                    asked.model(),
                    () -> !LimitedRequest.hasClientLeft(),
                    tokens -> tokens.of(asked.completion()).getFirst().length);
            Json.write(response, new Count(count));
        } catch (InvalidRequestException e) {
            throw MessagesRequestParser.refusal(e);
        }
    }

    /** A client may omit the version. */
    private static void checkVersion(HttpServletRequest request) {
        @Nullable String version = request.getHeader(VERSION_HEADER);
        if (version != null && !VERSIONS.contains(version)) {
            throw Invalid.value(VERSION_HEADER, "the supported versions are " + String.join(" and ", VERSIONS) + ".");
        }
    }

    @JsonNaming(SnakeCaseStrategy.class)
    private record Count(int inputTokens) {}
}
