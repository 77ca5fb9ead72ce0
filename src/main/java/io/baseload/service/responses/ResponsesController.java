package io.baseload.service.responses;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.inference.Inference;
import io.baseload.service.protocol.BatchAnswer;
import io.baseload.service.protocol.BatchRoute;
import io.baseload.service.protocol.CompletionResponder;
import io.baseload.service.protocol.Exchange;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.ParsedRequest;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.protocol.SealedReasoning;
import io.baseload.service.protocol.Value;
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
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** {@code /v1/responses}. */
@RestController
@Tag(name = "Responses")
final class ResponsesController implements BatchRoute {
    private static final String PATH = "/v1/responses";

    private final CompletionResponder responder;
    private final Inference inference;
    private final KeptResponses kept;
    private final SealedReasoning reasoning;

    ResponsesController(
            CompletionResponder responder, Inference inference, KeptResponses kept, SealedReasoning reasoning) {
        this.responder = responder;
        this.inference = inference;
        this.kept = kept;
        this.reasoning = reasoning;
    }

    private record Deleted(String id, String object, boolean deleted) {}

    @JsonNaming(SnakeCaseStrategy.class)
    private record Count(String object, int inputTokens) {}

    @Operation(
            summary = "Answer a text or a list of items",
            description =
                    "Compatible with OpenAI's route of this name, for text, reasoning and function calls. With stream:"
                            + " true the answer is sent as server-sent events.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "default", "input": "Why is the sky blue?", "max_output_tokens": 100}\
                """)))
    @PostMapping(path = PATH, consumes = MediaType.APPLICATION_JSON_VALUE)
    void create(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        var context = exchange.context();
        responder.answer(exchange, ResponsesRequestParser.parse(exchange.body(), context, kept, reasoning));
    }

    @Operation(summary = "Count the tokens of a text or a list of items; nothing is generated")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "default", "input": "Why is the sky blue?"}\
                """)))
    @PostMapping(path = PATH + "/input_tokens", consumes = MediaType.APPLICATION_JSON_VALUE)
    void count(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        ParsedRequest asked = ResponsesRequestParser.parse(exchange.body(), exchange.context(), kept, reasoning);
        try {
            int count = inference.withTokens(
                    caller,
                    asked.inference().model(),
                    () -> !LimitedRequest.hasClientLeft(),
                    tokens -> tokens.of(asked.completion()).getFirst().length);
            Json.write(response, new Count("response.input_tokens", count));
        } catch (InvalidRequestException e) {
            throw asked.refusals().apply(e);
        }
    }

    @Operation(summary = "Get a stored response")
    @GetMapping("/v1/responses/{id}")
    void find(
            @PathVariable String id,
            @RequestParam @Nullable Boolean stream,
            HttpServletRequest request,
            HttpServletResponse response,
            @AuthenticationPrincipal Caller caller)
            throws IOException {
        if (Boolean.TRUE.equals(stream)) {
            throw Invalid.unsupported("stream", "stored responses are not streamed.");
        }
        var context = new Exchange(request, response, caller).context();
        Json.send(
                response,
                kept.find(context, id, stored -> stored.require("response").node()));
    }

    @Operation(summary = "List the input items of a stored response")
    @GetMapping("/v1/responses/{id}/input_items")
    void items(
            @PathVariable String id,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable String order,
            @RequestParam @Nullable String after,
            HttpServletRequest request,
            HttpServletResponse response,
            @AuthenticationPrincipal Caller caller)
            throws IOException {
        var context = new Exchange(request, response, caller).context();
        Json.send(response, kept.find(context, id, stored -> {
            var items =
                    stored.require("input").items().stream().map(Value::node).toList();
            return InputItemPage.of(items, limit, order, after);
        }));
    }

    @Operation(summary = "Delete a stored response")
    @DeleteMapping("/v1/responses/{id}")
    void delete(@PathVariable String id, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        kept.delete(caller, id);
        Json.write(response, new Deleted(id, "response", true));
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public BatchAnswer answer(RequestContext context, byte[] body) {
        return responder.answerLater(context, ResponsesRequestParser.parse(body, context, kept, reasoning));
    }
}
