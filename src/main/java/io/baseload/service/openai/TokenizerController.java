package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.TokenCodec;
import io.baseload.service.inference.Inference;
import io.baseload.service.protocol.Exchange;
import io.baseload.service.protocol.Fields;
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
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** {@code POST /tokenize} and {@code POST /detokenize}, in the form of vLLM's server, which is also that of llama.cpp's where the two do not differ. */
@RestController
@Tag(name = "Tokens")
final class TokenizerController {
    private final Inference inference;

    TokenizerController(Inference inference) {
        this.inference = inference;
    }

    /**
     * @param maxModelLen the most tokens of prompt and answer together
     * @param tokenStrs the text of each token, if requested, made as it is written
     */
    @JsonNaming(SnakeCaseStrategy.class)
    private record Tokenized(
            int count,
            int maxModelLen,
            int[] tokens,
            @JsonInclude(Include.NON_NULL) @Nullable Iterable<String> tokenStrs) {
        static Tokenized of(TokenCodec codec, TokenizeRequest request) {
            int[] tokens = codec.of(request.completion()).getFirst();
            Iterable<String> texts = request.texts()
                    ? () -> Arrays.stream(tokens)
                            .mapToObj(token -> codec.text(new int[] {token}))
                            .iterator()
                    : null;
            return new Tokenized(tokens.length, codec.contextLength(), tokens, texts);
        }
    }

    /** The body of {@code POST /detokenize}. */
    private record Detokenizing(String model, int[] tokens) {
        static Detokenizing read(Fields fields) {
            return new Detokenizing(TokenizeRequest.model(fields), PromptFields.ids(fields.require("tokens"), 0));
        }
    }

    /**
     * @param prompt the text
     * @param content the same under llama.cpp's name
     */
    private record Detokenized(String prompt, String content) {}

    @Operation(
            summary = "Tokenize a text or a conversation; nothing is generated",
            description = "Compatible with vLLM's route of this name.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"model": "default", "prompt": "Why is the sky blue?", "return_token_strs": true}\
                """)))
    @PostMapping(
            path = {"/tokenize", "/v1/tokenize"},
            consumes = MediaType.APPLICATION_JSON_VALUE)
    void tokenize(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        var asked = exchange.read(TokenizeRequest::read);
        exchange.answer(inference.withTokens(
                caller,
                asked.model(),
                () -> !LimitedRequest.hasClientLeft(),
                codec -> Json.bytes(Tokenized.of(codec, asked))));
    }

    @Operation(summary = "Convert tokens to text", description = "Compatible with vLLM's route of this name.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            examples =
                                    @ExampleObject(
                                            "{\"model\": \"default\", \"tokens\": [15527, 314, 260, 6376, 4461, 47]}")))
    @PostMapping(
            path = {"/detokenize", "/v1/detokenize"},
            consumes = MediaType.APPLICATION_JSON_VALUE)
    void detokenize(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var exchange = new Exchange(request, response, caller);
        var asked = exchange.read(Detokenizing::read);
        String text = inference.withTokens(
                caller, asked.model(), () -> !LimitedRequest.hasClientLeft(), codec -> codec.text(asked.tokens()));
        exchange.answer(new Detokenized(text, text));
    }
}
