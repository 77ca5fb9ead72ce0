package io.baseload.service.openai;

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

/** {@code POST /v1/rerank}, in the form of Jina's and Cohere's services; also under the paths that Cohere's present client and vLLM's clients use. */
@RestController
@Tag(name = "Rerank")
final class RerankController {
    private final EncodingResponder responder;

    RerankController(EncodingResponder responder) {
        this.responder = responder;
    }

    @Operation(
            summary = "Rank documents by their relevance to a query",
            description = "Documents are strings or objects with a text. Results come with the most relevant first."
                    + " max_tokens_per_doc and truncate have the ends of long documents cut.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "reranker", "query": "the capital of France", "documents": ["Paris", "A cat"], "top_n": 1}\
                """)))
    @PostMapping(
            path = {"/v1/rerank", "/v2/rerank", "/rerank"},
            consumes = MediaType.APPLICATION_JSON_VALUE)
    void rerank(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        var parsed = exchange.read(RerankRequestParser::parse);
        responder.answer(exchange, parsed.call(), encoded -> RerankBody.of(encoded, parsed));
    }
}
