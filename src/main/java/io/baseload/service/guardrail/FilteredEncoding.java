package io.baseload.service.guardrail;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.InvalidRequestException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The filtered input of an encoder.
 *
 * @param verdicts none if there are no filters
 */
public record FilteredEncoding(EncodingInput input, List<Verdict> verdicts) {

    /**
     * Sends an encoder's texts through a chain.
     *
     * @param field of the request with the texts
     * @throws BlockedRequestException if a filter blocks them
     * @throws InvalidRequestException if they can't be filtered
     */
    public static FilteredEncoding of(EncodingInput input, FilterChain chain, String field) {
        if (chain.isEmpty()) {
            return new FilteredEncoding(input, List.of());
        }
        var filtered = chain.pass(texts(input, field), field);
        return new FilteredEncoding(replaced(input, filtered.texts()), filtered.verdicts());
    }

    private static List<String> texts(EncodingInput input, String field) {
        return switch (input) {
            case EncodingInput.Texts texts -> texts.texts();
            case EncodingInput.Documents documents ->
                Stream.concat(Stream.of(documents.query()), documents.documents().stream())
                        .toList();
            case EncodingInput.Tokens tokens -> throw RequestTexts.tokens(field);
        };
    }

    private static EncodingInput replaced(EncodingInput input, List<String> texts) {
        return switch (input) {
            case EncodingInput.Texts it -> new EncodingInput.Texts(texts, it.prompt());
            case EncodingInput.Documents it ->
                new EncodingInput.Documents(texts.getFirst(), texts.subList(1, texts.size()));
            case EncodingInput.Tokens it -> it;
        };
    }
}
