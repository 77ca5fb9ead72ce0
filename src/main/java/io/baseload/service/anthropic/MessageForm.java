package io.baseload.service.anthropic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.Usage;
import io.baseload.service.protocol.AnswerForm;
import io.baseload.service.protocol.Choice;
import io.baseload.service.protocol.StreamEvent;
import io.baseload.service.web.AnthropicError;
import io.baseload.service.web.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Answers of {@code /v1/messages}. In a stream one block is open at a time: a piece that doesn't belong to it closes it and opens the next.
 */
final class MessageForm implements AnswerForm {
    private static final MessageBody.Ending OPEN = new MessageBody.Ending(null, null);
    private static final StreamEvent STOP = StreamEvent.of("message_stop", Map.of("type", "message_stop"));

    private final String model;
    private final int promptTokens;
    private final String requestId;
    private final Optional<UnaryOperator<String>> sealing;
    private final StringBuilder omitted = new StringBuilder();
    private MessageBody.Ending ending = OPEN;
    private @Nullable ContentBlock open;
    private int index = -1;

    /** @param sealing of thinking into the signature, if its text is to be omitted */
    MessageForm(String model, int promptTokens, String requestId, Optional<UnaryOperator<String>> sealing) {
        this.model = model;
        this.promptTokens = promptTokens;
        this.requestId = requestId;
        this.sealing = sealing;
    }

    @Override
    public Object whole(List<Choice> choices, CompletionEvent.Finished end) {
        Choice choice = choices.getFirst();
        return MessageBody.of(
                model,
                blocks(choice.answer()),
                ending(choice.reason(), choice.stopText()),
                MessageBody.Tokens.of(end.usage()));
    }

    private List<ContentBlock> blocks(AnswerBuilder answer) {
        List<ContentBlock> blocks = new ArrayList<>();
        if (!answer.reasoning().isEmpty()) {
            blocks.add(sealing.map(seal -> new ContentBlock.Thinking("", seal.apply(answer.reasoning())))
                    .orElseGet(() -> new ContentBlock.Thinking(answer.reasoning(), "")));
        }
        if (!answer.text().isEmpty()) {
            blocks.add(new ContentBlock.Text(answer.text()));
        }
        answer.calls().forEach(call -> blocks.add(ContentBlock.ToolUse.of(call)));
        return blocks;
    }

    private static MessageBody.Ending ending(StopReason reason, Optional<String> stopText) {
        String word = switch (reason) {
            case STOP -> stopText.isPresent() ? "stop_sequence" : "end_turn";
            case LENGTH -> "max_tokens";
            case TOOL_CALLS -> "tool_use";
            case CONTENT_FILTER -> "refusal";
        };
        return new MessageBody.Ending(word, stopText.orElse(null));
    }

    @Override
    public List<StreamEvent> opening() {
        var begun = MessageBody.of(model, List.of(), OPEN, MessageBody.Tokens.of(new Usage(promptTokens, 0)));
        return List.of(StreamEvent.of("message_start", new Start("message_start", begun)));
    }

    @Override
    public List<StreamEvent> piece(CompletionEvent.Piece piece) {
        List<StreamEvent> told = new ArrayList<>();
        switch (piece) {
            case CompletionEvent.Text t when t.text().isEmpty() -> {}
            case CompletionEvent.Text t -> {
                if (!(open instanceof ContentBlock.Text)) {
                    told.addAll(open(new ContentBlock.Text("")));
                }
                told.add(delta(Map.of("type", "text_delta", "text", t.text())));
            }
            case CompletionEvent.Reasoning r -> {
                if (!(open instanceof ContentBlock.Thinking)) {
                    told.addAll(open(new ContentBlock.Thinking("", "")));
                }
                if (sealing.isPresent()) {
                    omitted.append(r.text());
                } else {
                    told.add(delta(Map.of("type", "thinking_delta", "thinking", r.text())));
                }
            }
            case CompletionEvent.ToolCallStarted c -> told.addAll(open(ContentBlock.ToolUse.begun(c.id(), c.name())));
            case CompletionEvent.ToolCallArguments a ->
                told.add(delta(Map.of("type", "input_json_delta", "partial_json", a.fragment())));
        }
        return told;
    }

    private List<StreamEvent> open(ContentBlock block) {
        List<StreamEvent> told = close();
        open = block;
        index++;
        told.add(StreamEvent.of("content_block_start", new BlockStart("content_block_start", index, block)));
        return told;
    }

    private List<StreamEvent> close() {
        List<StreamEvent> told = new ArrayList<>();
        if (open instanceof ContentBlock.Thinking) {
            String signature =
                    sealing.map(seal -> seal.apply(omitted.toString())).orElse("");
            told.add(delta(Map.of("type", "signature_delta", "signature", signature)));
            omitted.setLength(0);
        }
        if (open != null) {
            told.add(StreamEvent.of("content_block_stop", new BlockStop("content_block_stop", index)));
        }
        open = null;
        return told;
    }

    private StreamEvent delta(Map<String, String> delta) {
        return StreamEvent.of("content_block_delta", new BlockDelta("content_block_delta", index, delta));
    }

    @Override
    public List<StreamEvent> end(CompletionEvent.ChoiceFinished end) {
        ending = ending(end.reason(), end.stopText());
        return close();
    }

    @Override
    public List<StreamEvent> finish(CompletionEvent.Finished end) {
        var delta = new Delta("message_delta", ending, MessageBody.Tokens.of(end.usage()));
        return List.of(StreamEvent.of("message_delta", delta), STOP);
    }

    @Override
    public List<StreamEvent> failure(ApiException failure, Usage usage) {
        return List.of(StreamEvent.of("error", AnthropicError.of(failure, requestId)));
    }

    private record Start(String type, MessageBody message) {}

    private record BlockStart(
            String type,
            int index,
            @JsonProperty("content_block") ContentBlock block) {}

    private record BlockDelta(String type, int index, Map<String, String> delta) {}

    private record BlockStop(String type, int index) {}

    private record Delta(String type, MessageBody.Ending delta, MessageBody.Tokens usage) {}
}
