package io.baseload.service.backend;

import io.baseload.chat.api.TokenLogprob;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Reads the log-probabilities of a chunk, which have two forms: a list of tokens in chats, and columns in completions. Some engines, among them llama.cpp's server, use the first one
 * for completions too. The backend's ids are not passed on.
 */
final class ChunkLogprobs {
    private static final int UNKNOWN_ID = -1;

    private ChunkLogprobs() {}

    static List<TokenLogprob> read(JsonNode logprobs) {
        return logprobs.has("content") ? listed(logprobs.path("content")) : columns(logprobs);
    }

    private static List<TokenLogprob> listed(JsonNode tokens) {
        return tokens.valueStream().map(ChunkLogprobs::token).toList();
    }

    private static TokenLogprob token(JsonNode token) {
        String text = token.path("token").asString("");
        JsonNode bytes = token.path("bytes");
        byte[] exact = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.isArray()) {
            exact = new byte[bytes.size()];
            for (int i = 0; i < exact.length; i++) {
                exact[i] = (byte) bytes.get(i).asInt(0);
            }
        }
        float logprob = (float) token.path("logprob").asDouble(Float.NEGATIVE_INFINITY);
        return new TokenLogprob(UNKNOWN_ID, text, exact, logprob, listed(token.path("top_logprobs")));
    }

    /** Only the first token of an echoed prompt has no log-probability. */
    private static List<TokenLogprob> columns(JsonNode logprobs) {
        List<TokenLogprob> tokens = new ArrayList<>();
        for (JsonNode text : logprobs.path("tokens")) {
            int place = tokens.size();
            var top = logprobs.path("top_logprobs")
                    .path(place)
                    .propertyStream()
                    .map(likely -> token(likely.getKey(), likely.getValue(), List.of()))
                    .sorted(Comparator.comparingDouble(TokenLogprob::logprob).reversed())
                    .toList();
            tokens.add(token(text.asString(""), logprobs.path("token_logprobs").path(place), top));
        }
        return tokens;
    }

    private static TokenLogprob token(String text, JsonNode logprob, List<TokenLogprob> top) {
        float value = logprob.isNumber() ? logprob.floatValue() : Float.NaN;
        return new TokenLogprob(UNKNOWN_ID, text, text.getBytes(StandardCharsets.UTF_8), value, top);
    }
}
