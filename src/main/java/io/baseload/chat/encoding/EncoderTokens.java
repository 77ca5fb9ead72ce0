package io.baseload.chat.encoding;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.TokenCodec;
import io.baseload.chat.tokenizer.LongTexts;
import io.baseload.chat.tokenizer.TokenConversion;
import io.baseload.engine.api.FlowId;
import java.util.List;

/** The tokens of a loaded encoder. */
record EncoderTokens(TokenConversion conversion, EncoderSettings settings, FlowId flow) implements TokenCodec {
    @Override
    public List<int[]> of(CompletionRequest request) {
        return switch (request.input()) {
            case Input.Texts texts -> {
                long characters =
                        texts.prompts().stream().mapToLong(String::length).sum();
                List<int[]> tokens = LongTexts.read(flow, characters, () -> of(texts));
                tokens.forEach(text -> conversion.check("prompt", text.length));
                yield tokens;
            }
            case Input.Tokens tokens -> tokens.prompts();
            case Input.Chat chat ->
                throw new InvalidRequestException(
                        "model",
                        "unsupported_value",
                        "This model is an encoder and has no chat template: send a 'prompt' to /tokenize.");
        };
    }

    private List<int[]> of(Input.Texts texts) {
        return texts.prompts().stream()
                .map(text ->
                        conversion.tokenizer().encode(settings.read(text), texts.parseSpecial(), texts.addSpecial()))
                .toList();
    }

    @Override
    public String text(int[] tokens) {
        return conversion.text(tokens);
    }

    @Override
    public int contextLength() {
        return conversion.contextLength();
    }
}
