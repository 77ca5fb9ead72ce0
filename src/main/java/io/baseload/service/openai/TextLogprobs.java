package io.baseload.service.openai;

import io.baseload.chat.api.TokenLogprob;
import io.baseload.service.protocol.LogprobEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Tokens of a completion, as columns of equal length. The first token of an echoed prompt has no log-probability: null.
 *
 * @param textOffset where each token begins in the choice's text, in code points
 */
@JsonNaming(SnakeCaseStrategy.class)
record TextLogprobs(
        List<String> tokens,
        List<@Nullable Float> tokenLogprobs,
        List<@Nullable Map<String, Float>> topLogprobs,
        List<Integer> textOffset) {

    /** @param offset start of the first of these tokens */
    static TextLogprobs of(List<TokenLogprob> tokens, int offset) {
        var columns = new TextLogprobs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int next = offset;
        for (TokenLogprob token : tokens) {
            columns.add(token, next);
            next += characters(token);
        }
        return columns;
    }

    static int offsetAfter(List<TokenLogprob> tokens, int offset) {
        return offset + tokens.stream().mapToInt(TextLogprobs::characters).sum();
    }

    private void add(TokenLogprob token, int offset) {
        boolean known = !Float.isNaN(token.logprob());
        tokens.add(token.text());
        tokenLogprobs.add(known ? LogprobEntry.finite(token.logprob()) : null);
        topLogprobs.add(known ? likeliest(token) : null);
        textOffset.add(offset);
    }

    private static Map<String, Float> likeliest(TokenLogprob token) {
        var likeliest = new LinkedHashMap<String, Float>();
        token.top().forEach(top -> likeliest.putIfAbsent(top.text(), LogprobEntry.finite(top.logprob())));
        return likeliest;
    }

    /** Number of characters that begin in a token: a UTF-8 byte 10xxxxxx continues a character. */
    private static int characters(TokenLogprob token) {
        int count = 0;
        for (byte b : token.bytes()) {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }
}
