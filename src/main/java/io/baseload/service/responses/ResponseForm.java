package io.baseload.service.responses;

import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.engine.api.Usage;
import io.baseload.service.protocol.AnswerForm;
import io.baseload.service.protocol.Choice;
import io.baseload.service.protocol.LogprobEntry;
import io.baseload.service.protocol.StreamEvent;
import io.baseload.service.web.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Answers of {@code /v1/responses}. An answer is a sequence of items, of which one at a time is open in a stream: a piece that doesn't belong to it closes it and opens the next.
 * The last item stays open until it is known how the answer ended.
 */
final class ResponseForm implements AnswerForm {
    private final ResponseBody begun;
    private final FunctionTools tools;
    private final boolean logprobs;
    private final Consumer<ResponseBody> keeper;
    private final Function<String, Optional<String>> sealing;
    private final ResponseEvents events = new ResponseEvents();
    private final OutputItems items;
    private StopReason reason = StopReason.STOP;

    /**
     * @param tools of the request
     * @param keeper gets the response before the client learns that it has ended
     * @param sealing of reasoning, if the client asked for it
     */
    ResponseForm(
            ResponseBody begun,
            FunctionTools tools,
            boolean logprobs,
            Consumer<ResponseBody> keeper,
            Function<String, Optional<String>> sealing) {
        this.begun = begun;
        this.tools = tools;
        this.logprobs = logprobs;
        this.keeper = keeper;
        this.sealing = sealing;
        this.items = new OutputItems(events, sealing);
    }

    @Override
    public Object whole(List<Choice> choices, CompletionEvent.Finished end) {
        Choice choice = choices.getFirst();
        return kept(begun.ended(choice.reason(), items(choice.answer(), status(choice.reason())), end));
    }

    private List<OutputItem> items(AnswerBuilder answer, String lastStatus) {
        List<OutputItem> all = new ArrayList<>();
        if (!answer.reasoning().isEmpty()) {
            all.add(OutputItem.Thought.open().thinking(answer.reasoning(), sealing.apply(answer.reasoning())));
        }
        if (!answer.text().isEmpty()) {
            all.add(OutputItem.Said.open().saying(answer.text(), entries(answer.textLogprobs())));
        }
        answer.calls().forEach(call -> all.add(opened(call.id(), call.name()).with(call.arguments())));
        int last = all.size() - 1;
        return IntStream.rangeClosed(0, last)
                .mapToObj(i -> all.get(i).withStatus(i == last ? lastStatus : OutputItem.COMPLETED))
                .toList();
    }

    @Override
    public List<StreamEvent> opening() {
        return List.of(events.response("response.created", begun), events.response("response.in_progress", begun));
    }

    @Override
    public List<StreamEvent> piece(CompletionEvent.Piece piece) {
        return switch (piece) {
            case CompletionEvent.Text t -> items.said(t.text(), entries(t.logprobs()));
            case CompletionEvent.Reasoning r -> items.thought(r.text());
            case CompletionEvent.ToolCallStarted c -> items.called(opened(c.id(), c.name()));
            case CompletionEvent.ToolCallArguments a -> items.arguments(a.fragment());
        };
    }

    @Override
    public List<StreamEvent> end(CompletionEvent.ChoiceFinished end) {
        reason = end.reason();
        return items.close(status(reason));
    }

    @Override
    public List<StreamEvent> finish(CompletionEvent.Finished end) {
        ResponseBody ended = kept(begun.ended(reason, items.all(), end));
        return List.of(events.response("response." + ended.status(), ended));
    }

    @Override
    public List<StreamEvent> failure(ApiException failure, Usage usage) {
        var last = new ArrayList<>(items.close(OutputItem.INCOMPLETE));
        last.add(events.response("response.failed", begun.failed(failure, items.all(), usage)));
        return last;
    }

    private ResponseBody kept(ResponseBody ended) {
        keeper.accept(ended);
        return ended;
    }

    private OutputItem.Called opened(String callId, String name) {
        return tools.member(name)
                .map(member -> OutputItem.Called.open(callId, member.name(), member.namespace()))
                .orElseGet(() -> OutputItem.Called.open(callId, name, null));
    }

    private static String status(StopReason reason) {
        return switch (reason) {
            case STOP, TOOL_CALLS -> OutputItem.COMPLETED;
            case LENGTH, CONTENT_FILTER -> OutputItem.INCOMPLETE;
        };
    }

    private List<LogprobEntry> entries(List<TokenLogprob> tokens) {
        return logprobs ? tokens.stream().map(LogprobEntry::of).toList() : List.of();
    }
}
