package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.TokenLogprob;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A token of a chat's answer.
 *
 * @param bytes unsigned, so that a client can join characters that are split over tokens
 * @param topLogprobs absent in those that stand inside another's
 */
@JsonNaming(SnakeCaseStrategy.class)
record ChatLogprob(
        String token,
        float logprob,
        List<Integer> bytes,
        @JsonInclude(Include.NON_NULL) @Nullable List<ChatLogprob> topLogprobs) {
    /** What the wire has for minus infinity, which JSON can't say. */
    static final float IMPOSSIBLE = -9999.0f;

    static ChatLogprob of(TokenLogprob token) {
        return of(token, token.top().stream().map(top -> of(top, null)).toList());
    }

    private static ChatLogprob of(TokenLogprob token, @Nullable List<ChatLogprob> top) {
        return new ChatLogprob(token.text(), finite(token.logprob()), unsigned(token.bytes()), top);
    }

    static float finite(float logprob) {
        return Math.max(logprob, IMPOSSIBLE);
    }

    private static List<Integer> unsigned(byte[] bytes) {
        return IntStream.range(0, bytes.length).mapToObj(i -> bytes[i] & 0xFF).toList();
    }
}
