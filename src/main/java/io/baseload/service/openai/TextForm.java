package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.engine.api.Usage;
import io.baseload.service.protocol.AnswerForm;
import io.baseload.service.protocol.Choice;
import io.baseload.service.protocol.StreamEvent;
import io.baseload.service.web.ApiException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Answers of {@code /v1/completions}: chunks have the form of the whole, with a piece of the text. */
final class TextForm implements AnswerForm {
    private static final int NO_LOGPROBS = -1;

    private final ResponseHead head;
    private final int topLogprobs;
    private final int[] offsets;
    private final boolean usage;

    /** @param usage whether a stream ends with a chunk that has the usage */
    TextForm(ResponseHead head, int topLogprobs, int choices, boolean usage) {
        this.head = head;
        this.topLogprobs = topLogprobs;
        this.offsets = new int[choices];
        this.usage = usage;
    }

    @Override
    public Object whole(List<Choice> choices, CompletionEvent.Finished end) {
        return body(choices.stream().map(this::answer).toList(), UsageBody.of(end));
    }

    @Override
    public List<StreamEvent> opening() {
        return List.of();
    }

    @Override
    public List<StreamEvent> piece(CompletionEvent.Piece piece) {
        if (!(piece instanceof CompletionEvent.Text text)) {
            throw new IllegalStateException("a completion consists of text, not of " + piece);
        }
        return chunk(new Part(text.text(), text.choice(), entries(text.choice(), text.logprobs()), null));
    }

    @Override
    public List<StreamEvent> end(CompletionEvent.ChoiceFinished end) {
        return chunk(new Part("", end.choice(), null, end.reason().label()));
    }

    @Override
    public List<StreamEvent> finish(CompletionEvent.Finished end) {
        return usage ? StreamEnd.done(body(List.of(), UsageBody.of(end))) : StreamEnd.done();
    }

    @Override
    public List<StreamEvent> failure(ApiException failure, Usage usage) {
        return StreamEnd.failure(failure);
    }

    private Part answer(Choice choice) {
        var logprobs = entries(choice.index(), choice.answer().logprobs());
        return new Part(
                choice.answer().text(),
                choice.index(),
                logprobs,
                choice.reason().label());
    }

    private List<StreamEvent> chunk(Part part) {
        return List.of(StreamEvent.of(body(List.of(part), null)));
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
