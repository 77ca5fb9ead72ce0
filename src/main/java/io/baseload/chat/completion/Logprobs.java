package io.baseload.chat.completion;

import io.baseload.chat.api.TokenLogprob;
import io.baseload.chat.tokenizer.TokenBytes;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenScore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Keeps the log-probabilities of tokens until the text that they begin is sent. */
final class Logprobs {
    private record Waiting(long start, TokenLogprob logprob) {}

    private final TokenBytes bytes;
    private final boolean wanted;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private List<SampledToken> prompt = List.of();
    /** Chars of the answer that the tokens so far have completed. */
    private long chars;

    Logprobs(TokenBytes bytes, boolean wanted) {
        this.bytes = bytes;
        this.wanted = wanted;
    }

    /**
     * @param completed chars that this token completed
     */
    void add(SampledToken token, int completed) {
        if (wanted) {
            waiting.add(new Waiting(chars, logprob(token)));
            chars += completed;
        }
    }

    /** Takes the log-probabilities of the tokens that begin before this char of the answer. */
    List<TokenLogprob> takeBefore(long end) {
        if (waiting.isEmpty() || waiting.getFirst().start >= end) {
            return List.of();
        }
        List<TokenLogprob> taken = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.getFirst().start < end) {
            taken.add(waiting.removeFirst().logprob);
        }
        return taken;
    }

    List<TokenLogprob> takeAll() {
        return takeBefore(Long.MAX_VALUE);
    }

    void prompt(List<SampledToken> sampled) {
        prompt = List.copyOf(sampled);
    }

    /** The log-probabilities of an echoed prompt, whose first token has none. */
    List<TokenLogprob> ofPrompt(int[] tokens) {
        if (!wanted) {
            return List.of();
        }
        List<TokenLogprob> all = new ArrayList<>(tokens.length);
        all.add(logprob(tokens[0], Float.NaN, List.of()));
        prompt.forEach(token -> all.add(logprob(token)));
        return all;
    }

    private TokenLogprob logprob(SampledToken token) {
        List<TokenLogprob> top = new ArrayList<>(token.top().size());
        for (TokenScore score : token.top()) {
            top.add(logprob(score.id(), score.logprob(), List.of()));
        }
        return logprob(token.id(), token.logprob(), top);
    }

    private TokenLogprob logprob(int id, float logprob, List<TokenLogprob> top) {
        byte[] token = bytes.get(id);
        return new TokenLogprob(id, new String(token, StandardCharsets.UTF_8), token, logprob, top);
    }
}
