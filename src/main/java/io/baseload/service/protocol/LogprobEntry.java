package io.baseload.service.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.TokenLogprob;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A token of an answer with its log-probability.
 *
 * @param bytes unsigned, so that a client can join characters that are split over tokens
 * @param topLogprobs absent in those inside another one's
 */
@JsonNaming(SnakeCaseStrategy.class)
public record LogprobEntry(
        String token,
        float logprob,
        List<Integer> bytes,
        @JsonInclude(Include.NON_NULL) @Nullable List<LogprobEntry> topLogprobs) {
    /** The API's value for minus infinity, which JSON can't express. */
    public static final float IMPOSSIBLE = -9999.0f;

    public static LogprobEntry of(TokenLogprob token) {
        return of(token, token.top().stream().map(top -> of(top, null)).toList());
    }

    private static LogprobEntry of(TokenLogprob token, @Nullable List<LogprobEntry> top) {
        return new LogprobEntry(token.text(), finite(token.logprob()), unsigned(token.bytes()), top);
    }

    /** JSON has neither NaN nor infinite numbers. */
    public static float finite(float logprob) {
        return Float.isNaN(logprob) ? IMPOSSIBLE : Math.max(logprob, IMPOSSIBLE);
    }

    private static List<Integer> unsigned(byte[] bytes) {
        return IntStream.range(0, bytes.length).mapToObj(i -> bytes[i] & 0xFF).toList();
    }
}
