package io.baseload.service.backend;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionEvent.Piece;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Reads one answer from the chunks of a backend, and repairs differences between engines: calls without an id, or all with the same index; arguments that are an object, or
 * missing; {@code stop} as the finish reason of a call; and several calls with interleaved fragments. The first of these is passed on as it arrives. The others are passed on when
 * the answer is complete: only then is it certain that nothing more of the first follows.
 */
final class ChoiceReader {
    private final int choice;
    private final BackendRoute route;
    private final List<Call> calls = new ArrayList<>();
    private final StringBuilder textAfterCalls = new StringBuilder();
    private int chunks;
    private int reasoningChunks;
    private boolean finished;

    ChoiceReader(int choice, BackendRoute route) {
        this.choice = choice;
        this.route = route;
    }

    /** A call, by the index and the id given by the backend. */
    private static final class Call {
        private final int index;
        private final String id;
        private final String name;
        private final StringBuilder arguments = new StringBuilder();

        Call(int index, String id, String name) {
            this.index = index;
            this.id = id;
            this.name = name;
        }
    }

    /** Chunks that had a part of the answer: about as many as tokens, in most engines. */
    int chunks() {
        return chunks;
    }

    int reasoningChunks() {
        return reasoningChunks;
    }

    boolean isFinished() {
        return finished;
    }

    /** The contribution of a chunk to this answer. */
    List<Piece> read(JsonNode body) {
        JsonNode delta = delta(body);
        List<Piece> pieces = new ArrayList<>();
        text(delta, "reasoning_content")
                .or(() -> text(delta, "reasoning"))
                .ifPresent(text -> pieces.add(new CompletionEvent.Reasoning(choice, text)));
        boolean thinks = !pieces.isEmpty();
        List<TokenLogprob> logprobs = ChunkLogprobs.read(body.path("logprobs"));
        String said = text(delta, "content").or(() -> text(delta, "refusal")).orElse("");
        boolean any = thinks || !said.isEmpty() || !delta.path("tool_calls").isEmpty();
        if (!calls.isEmpty()) {
            textAfterCalls.append(said);
            said = "";
        }
        if (!said.isEmpty() || !logprobs.isEmpty()) {
            pieces.add(new CompletionEvent.Text(choice, said, logprobs));
        }
        delta.path("tool_calls").forEach(call -> read(call, pieces));
        if (any || !pieces.isEmpty()) {
            chunks++;
            reasoningChunks += thinks ? 1 : 0;
        }
        return pieces;
    }

    /** A completion's chunk has a text where a chat's has a delta. */
    private JsonNode delta(JsonNode body) {
        return route == BackendRoute.TEXTS
                ? JsonNodeFactory.instance.objectNode().set("content", body.path("text"))
                : body.path("delta");
    }

    private void read(JsonNode body, List<Piece> pieces) {
        JsonNode function = body.path("function");
        String id = text(body, "id").orElse("");
        int index = body.path("index").asInt(calls.isEmpty() ? 0 : calls.getLast().index);
        int place = find(index, id);
        if (place < 0) {
            String name = text(function, "name")
                    .orElseThrow(() -> new UpstreamException(
                            Reason.FAILED, "The backend sent a call of a tool without the tool's name."));
            place = calls.size();
            String known = id.isEmpty() ? "call_" + UUID.randomUUID().toString().replace("-", "") : id;
            calls.add(new Call(index, known, name));
            if (place == 0) {
                pieces.add(new CompletionEvent.ToolCallStarted(choice, place, known, name));
            }
        }
        String arguments = arguments(function.path("arguments"));
        calls.get(place).arguments.append(arguments);
        if (place == 0 && !arguments.isEmpty()) {
            pieces.add(new CompletionEvent.ToolCallArguments(choice, place, arguments));
        }
    }

    /** The last call with this index, unless the chunk has the id of another one. */
    private int find(int index, String id) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            Call call = calls.get(i);
            if (call.index == index) {
                return id.isEmpty() || id.equals(call.id) ? i : -1;
            }
        }
        return -1;
    }

    private static String arguments(JsonNode node) {
        if (node.isString()) {
            return node.stringValue();
        }
        return node.isObject() ? node.toString() : "";
    }

    /** The answer is complete. */
    List<CompletionEvent> finish(String word) {
        finished = true;
        List<CompletionEvent> events = new ArrayList<>();
        StopReason reason = reason(word);
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            String missing = reason == StopReason.TOOL_CALLS && call.arguments.isEmpty() ? "{}" : "";
            if (i > 0) {
                events.add(new CompletionEvent.ToolCallStarted(choice, i, call.id, call.name));
                missing = call.arguments + missing;
            }
            if (!missing.isEmpty()) {
                events.add(new CompletionEvent.ToolCallArguments(choice, i, missing));
            }
        }
        if (!textAfterCalls.isEmpty()) {
            events.add(new CompletionEvent.Text(choice, textAfterCalls.toString(), List.of()));
        }
        events.add(new CompletionEvent.ChoiceFinished(choice, reason, Optional.empty()));
        return events;
    }

    private StopReason reason(String word) {
        return switch (word) {
            case "length" -> StopReason.LENGTH;
            case "content_filter" -> StopReason.CONTENT_FILTER;
            default -> calls.isEmpty() ? StopReason.STOP : StopReason.TOOL_CALLS;
        };
    }

    private static Optional<String> text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isString() && !value.stringValue().isEmpty() ? Optional.of(value.stringValue()) : Optional.empty();
    }
}
