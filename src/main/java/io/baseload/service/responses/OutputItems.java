package io.baseload.service.responses;

import io.baseload.service.protocol.LogprobEntry;
import io.baseload.service.protocol.StreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The items of an answer while it is streamed: each method returns the events for its addition. */
final class OutputItems {
    private static final String ADDED = "response.output_item.added";
    private static final String DONE = "response.output_item.done";
    private static final String PART_ADDED = "response.content_part.added";
    private static final String PART_DONE = "response.content_part.done";

    private final ResponseEvents events;
    private final Function<String, Optional<String>> sealing;
    private final List<OutputItem> closed = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final List<LogprobEntry> logprobs = new ArrayList<>();
    private @Nullable OutputItem open;

    /** @param sealing of reasoning, if the client asked for it */
    OutputItems(ResponseEvents events, Function<String, Optional<String>> sealing) {
        this.events = events;
        this.sealing = sealing;
    }

    List<OutputItem> all() {
        return List.copyOf(closed);
    }

    /** Log-probabilities without a text belong to reasoning or a call: a message has no place for them. */
    List<StreamEvent> said(String piece, List<LogprobEntry> entries) {
        List<StreamEvent> told = new ArrayList<>();
        if (piece.isEmpty()) {
            return told;
        }
        if (!(open instanceof OutputItem.Said)) {
            told.addAll(open(OutputItem.Said.open()));
            told.add(events.part(PART_ADDED, index(), item(), new OutputItem.Part.Text("", List.of())));
        }
        text.append(piece);
        logprobs.addAll(entries);
        told.add(events.delta("response.output_text.delta", index(), item(), piece, entries));
        return told;
    }

    List<StreamEvent> thought(String piece) {
        List<StreamEvent> told = new ArrayList<>();
        if (!(open instanceof OutputItem.Thought)) {
            told.addAll(open(OutputItem.Thought.open()));
            told.add(events.part(PART_ADDED, index(), item(), new OutputItem.Part.Reasoning("")));
        }
        text.append(piece);
        told.add(events.delta("response.reasoning_text.delta", index(), item(), piece, null));
        return told;
    }

    List<StreamEvent> called(OutputItem.Called call) {
        return open(call);
    }

    List<StreamEvent> arguments(String fragment) {
        text.append(fragment);
        return List.of(events.argumentsDelta(index(), item(), fragment));
    }

    private List<StreamEvent> open(OutputItem next) {
        var told = new ArrayList<>(close(OutputItem.COMPLETED));
        open = next;
        told.add(events.item(ADDED, index(), next));
        return told;
    }

    /** Ends the open item, if there is one. */
    List<StreamEvent> close(String status) {
        List<StreamEvent> told = new ArrayList<>();
        String all = text.toString();
        var ended = switch (open) {
            case OutputItem.Said said -> {
                var entries = List.copyOf(logprobs);
                var whole = said.saying(all, entries).withStatus(status);
                told.add(events.done("response.output_text.done", index(), whole, all, entries));
                told.add(events.part(PART_DONE, index(), whole, whole.content().getFirst()));
                yield whole;
            }
            case OutputItem.Thought thought -> {
                var whole = thought.thinking(all, sealing.apply(all)).withStatus(status);
                told.add(events.done("response.reasoning_text.done", index(), whole, all, null));
                told.add(events.part(PART_DONE, index(), whole, whole.content().getFirst()));
                yield whole;
            }
            case OutputItem.Called call -> {
                var whole = call.with(all).withStatus(status);
                told.add(events.argumentsDone(index(), whole));
                yield whole;
            }
            case null -> null;
        };
        if (ended != null) {
            told.add(events.item(DONE, index(), ended));
            closed.add(ended);
        }
        open = null;
        text.setLength(0);
        logprobs.clear();
        return told;
    }

    /** The index of the open item in the answer. */
    private int index() {
        return closed.size();
    }

    private OutputItem item() {
        if (open == null) {
            throw new IllegalStateException("no item is open");
        }
        return open;
    }
}
