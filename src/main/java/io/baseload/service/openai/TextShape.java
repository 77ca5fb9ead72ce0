package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.TokenLogprob;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Answers of {@code /v1/completions}: chunks have the form of the whole, with a piece of the text. */
final class TextShape implements Shape {
    private static final int NO_LOGPROBS = -1;

    private final ResponseHead head;
    private final int topLogprobs;
    private final int[] offsets;

    TextShape(ResponseHead head, int topLogprobs, int choices) {
        this.head = head;
        this.topLogprobs = topLogprobs;
        this.offsets = new int[choices];
    }

    @Override
    public Object whole(List<Choice> choices, CompletionEvent.Finished end) {
        return body(choices.stream().map(this::answer).toList(), UsageBody.of(end));
    }

    @Override
    public List<Object> opening(int choices) {
        return List.of();
    }

    @Override
    public Object chunk(CompletionEvent.Piece piece) {
        if (!(piece instanceof CompletionEvent.Text text)) {
            throw new IllegalStateException("a completion is text, and not " + piece);
        }
        return chunk(new Part(text.text(), text.choice(), entries(text.choice(), text.logprobs()), null));
    }

    @Override
    public Object end(CompletionEvent.ChoiceFinished end) {
        return chunk(new Part("", end.choice(), null, Shape.word(end.reason())));
    }

    @Override
    public Object usage(CompletionEvent.Finished end) {
        return body(List.of(), UsageBody.of(end));
    }

    private Part answer(Choice choice) {
        var logprobs = entries(choice.index(), choice.answer().logprobs());
        return new Part(choice.answer().text(), choice.index(), logprobs, Shape.word(choice.reason()));
    }

    private Body chunk(Part part) {
        return body(List.of(part), null);
    }

    private Body body(List<Part> choices, @Nullable UsageBody usage) {
        return new Body(head.id(), "text_completion", head.created(), head.model(), head.fingerprint(), choices, usage);
    }

    private @Nullable TextLogprobs entries(int choice, List<TokenLogprob> tokens) {
        if (topLogprobs == NO_LOGPROBS) {
            return null;
        }
        var entries = TextLogprobs.of(tokens, offsets[choice]);
        offsets[choice] = TextLogprobs.offsetAfter(tokens, offsets[choice]);
        return entries;
    }

    @JsonNaming(SnakeCaseStrategy.class)
    private record Body(
            String id,
            String object,
            long created,
            String model,
            String systemFingerprint,
            List<Part> choices,
            @JsonInclude(Include.NON_NULL) @Nullable UsageBody usage) {}

    @JsonNaming(SnakeCaseStrategy.class)
    private record Part(
            String text,
            int index,
            @Nullable TextLogprobs logprobs,
            @Nullable String finishReason) {}
}
