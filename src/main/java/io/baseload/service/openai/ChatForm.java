package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.engine.api.Usage;
import io.baseload.service.protocol.AnswerForm;
import io.baseload.service.protocol.Choice;
import io.baseload.service.protocol.LogprobEntry;
import io.baseload.service.protocol.StreamEvent;
import io.baseload.service.web.ApiException;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Answers of {@code /v1/chat/completions}. Keys that strict clients read are present even when null; others are omitted. */
final class ChatForm implements AnswerForm {
    private static final Delta ROLE = new Delta("assistant", "", null, null);
    private static final Delta NOTHING = new Delta(null, null, null, null);

    private final ResponseHead head;
    private final int choices;
    private final boolean logprobs;
    private final boolean usage;

    /** @param usage whether a stream ends with a chunk that has the usage */
    ChatForm(ResponseHead head, int choices, boolean logprobs, boolean usage) {
        this.head = head;
        this.choices = choices;
        this.logprobs = logprobs;
        this.usage = usage;
    }

    @Override
    public Object whole(List<Choice> choices, CompletionEvent.Finished end) {
        var answers = choices.stream().map(this::answer).toList();
        return body("chat.completion", answers, UsageBody.of(end));
    }

    @Override
    public List<StreamEvent> opening() {
        return IntStream.range(0, choices)
                .mapToObj(choice -> StreamEvent.of(chunk(choice, ROLE)))
                .toList();
    }

    @Override
    public List<StreamEvent> piece(CompletionEvent.Piece piece) {
        return List.of(StreamEvent.of(chunk(piece)));
    }

    private Body chunk(CompletionEvent.Piece piece) {
        return switch (piece) {
            case CompletionEvent.Text t -> chunk(new Part(t.choice(), said(t.text()), entries(t.logprobs()), null));
            case CompletionEvent.Reasoning r -> chunk(r.choice(), new Delta(null, null, r.text(), null));
            case CompletionEvent.ToolCallStarted c -> chunk(c.choice(), called(CallBody.first(c)));
            case CompletionEvent.ToolCallArguments a -> chunk(a.choice(), called(CallBody.next(a)));
        };
    }

    /** Events with log-probabilities only have no text: content after a call confuses clients. */
    private static Delta said(String text) {
        return text.isEmpty() ? NOTHING : new Delta(null, text, null, null);
    }

    private static Delta called(CallBody call) {
        return new Delta(null, null, null, List.of(call));
    }

    private Body chunk(int choice, Delta delta) {
        return chunk(new Part(choice, delta, null, null));
    }

    @Override
    public List<StreamEvent> end(CompletionEvent.ChoiceFinished end) {
        return List.of(StreamEvent.of(
                chunk(new Part(end.choice(), NOTHING, null, end.reason().label()))));
    }

    @Override
    public List<StreamEvent> finish(CompletionEvent.Finished end) {
        return usage ? StreamEnd.done(body("chat.completion.chunk", List.of(), UsageBody.of(end))) : StreamEnd.done();
    }

    @Override
    public List<StreamEvent> failure(ApiException failure, Usage usage) {
        return StreamEnd.failure(failure);
    }

    private Answer answer(Choice choice) {
        var answer = choice.answer();
        return new Answer(
                choice.index(),
                Said.of(answer),
                entries(answer.logprobs()),
                choice.reason().label());
    }

    private Body chunk(Part part) {
        return body("chat.completion.chunk", List.of(part), null);
    }

    private Body body(String object, List<?> choices, @Nullable UsageBody usage) {
        return new Body(head.id(), object, head.created(), head.model(), head.fingerprint(), choices, usage);
    }

    private @Nullable Logprobs entries(List<TokenLogprob> tokens) {
        return logprobs ? new Logprobs(tokens.stream().map(LogprobEntry::of).toList(), null) : null;
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

    @JsonNaming(SnakeCaseStrategy.class)
    private record Said(
            String role,
            @Nullable String content,
            @Nullable String refusal,
            @JsonInclude(Include.NON_NULL) @Nullable String reasoningContent,
            @JsonInclude(Include.NON_EMPTY) List<CallBody> toolCalls) {

        static Said of(AnswerBuilder answer) {
            var calls = answer.calls().stream().map(CallBody::whole).toList();
            boolean silent = answer.text().isEmpty() && !calls.isEmpty();
            return new Said(
                    "assistant",
                    silent ? null : answer.text(),
                    null,
                    answer.reasoning().isEmpty() ? null : answer.reasoning(),
                    calls);
        }
    }

    @JsonNaming(SnakeCaseStrategy.class)
    private record Part(
            int index,
            Delta delta,
            @Nullable Logprobs logprobs,
            @Nullable String finishReason) {}

    @JsonInclude(Include.NON_NULL)
    @JsonNaming(SnakeCaseStrategy.class)
    private record Delta(
            @Nullable String role,
            @Nullable String content,
            @Nullable String reasoningContent,
            @Nullable List<CallBody> toolCalls) {}

    private record Logprobs(
            List<LogprobEntry> content, @Nullable String refusal) {}
}
