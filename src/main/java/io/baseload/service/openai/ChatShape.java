package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Answers of {@code /v1/chat/completions}. Keys that strict clients read stand there even when null; others are left out. */
final class ChatShape implements Shape {
    private static final Delta ROLE = new Delta("assistant", "");
    private static final Delta NOTHING = new Delta(null, null);

    private final Head head;
    private final boolean logprobs;

    ChatShape(Head head, boolean logprobs) {
        this.head = head;
        this.logprobs = logprobs;
    }

    @Override
    public Object whole(List<Choice> choices, Usage usage) {
        var answers = choices.stream().map(this::answer).toList();
        return body("chat.completion", answers, UsageBody.of(usage));
    }

    @Override
    public List<Object> opening(int choices) {
        return IntStream.range(0, choices)
                .<Object>mapToObj(choice -> chunk(new Part(choice, ROLE, null, null)))
                .toList();
    }

    @Override
    public Object chunk(CompletionEvent.Text piece) {
        return chunk(new Part(piece.choice(), new Delta(null, piece.text()), entries(piece.logprobs()), null));
    }

    @Override
    public Object end(CompletionEvent.ChoiceFinished end) {
        return chunk(new Part(end.choice(), NOTHING, null, Shape.word(end.reason())));
    }

    @Override
    public Object usage(Usage usage) {
        return body("chat.completion.chunk", List.of(), UsageBody.of(usage));
    }

    private Answer answer(Choice choice) {
        var message = new Said("assistant", choice.text(), null);
        return new Answer(choice.index(), message, entries(choice.logprobs()), Shape.word(choice.reason()));
    }

    private Body chunk(Part part) {
        return body("chat.completion.chunk", List.of(part), null);
    }

    private Body body(String object, List<?> choices, @Nullable UsageBody usage) {
        return new Body(head.id(), object, head.created(), head.model(), head.fingerprint(), choices, usage);
    }

    private @Nullable Logprobs entries(List<TokenLogprob> tokens) {
        return logprobs ? new Logprobs(tokens.stream().map(ChatLogprob::of).toList(), null) : null;
    }

    @JsonNaming(SnakeCaseStrategy.class)
    private record Body(
            String id,
            String object,
            long created,
            String model,
            String systemFingerprint,
            List<?> choices,
            @JsonInclude(Include.NON_NULL) @Nullable UsageBody usage) {}

    @JsonNaming(SnakeCaseStrategy.class)
    private record Answer(int index, Said message, @Nullable Logprobs logprobs, String finishReason) {}

    private record Said(
            String role, String content, @Nullable String refusal) {}

    @JsonNaming(SnakeCaseStrategy.class)
    private record Part(
            int index,
            Delta delta,
            @Nullable Logprobs logprobs,
            @Nullable String finishReason) {}

    @JsonInclude(Include.NON_NULL)
    private record Delta(@Nullable String role, @Nullable String content) {}

    private record Logprobs(
            List<ChatLogprob> content, @Nullable String refusal) {}
}
