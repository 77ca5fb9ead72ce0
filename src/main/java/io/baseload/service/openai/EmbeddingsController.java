package io.baseload.service.openai;

import io.baseload.service.protocol.BatchAnswer;
import io.baseload.service.protocol.BatchRoute;
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

/** {@code POST /v1/embeddings}. */
@RestController
@Tag(name = "Embeddings")
final class EmbeddingsController implements BatchRoute {
    private static final String PATH = "/v1/embeddings";

    private final EncodingResponder responder;

    EmbeddingsController(EncodingResponder responder) {
        this.responder = responder;
    }

    @Operation(
            summary = "Compute embeddings",
            description = "Compatible with OpenAI's route of this name: one or several inputs, as text or token ids;"
                + " dimensions, encoding_format. prompt_name selects one of the model's own prompts; truncate has the"
                + " ends of long texts cut.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "minilm", "input": ["The cat sits on a mat.", "A man plays the guitar."]}\
                """)))
    @PostMapping(path = PATH, consumes = MediaType.APPLICATION_JSON_VALUE)
    void embed(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        var parsed = exchange.read(EmbeddingsRequestParser::parse);
        responder.answer(exchange, parsed.call(), encoded -> EmbeddingsBody.of(encoded, parsed.base64()));
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public BatchAnswer answer(RequestContext context, byte[] body) {
        var parsed = context.read(body, EmbeddingsRequestParser::parse);
        return responder.answerLater(context, parsed.call(), encoded -> EmbeddingsBody.of(encoded, parsed.base64()));
    }
}
