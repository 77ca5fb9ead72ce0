package io.baseload.service.protocol;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.service.web.ApiException;
import java.util.function.LongConsumer;

/** The memory of the pieces of an answer, counted in large steps: what never needs one is not counted. */
final class AnswerMemory {
    private static final int STEP = 64 << 10;
    /** Of a token with its log-probability, at least. */
    private static final int SCORED_BYTES = 64;

    private final LongConsumer memory;
    private final int eventBytes;
    private long held;
    private long counted;

    /**
     * @param memory as in {@link RequestContext}
     * @param eventBytes what each piece needs in addition to its contents
     */
    AnswerMemory(LongConsumer memory, int eventBytes) {
        this.memory = memory;
        this.eventBytes = eventBytes;
    }

    /** @throws ApiException if there is no room */
    synchronized void take(CompletionEvent event) {
        held += eventBytes + bytes(event);
        count();
    }

    synchronized void giveBack(CompletionEvent event) {
        held -= eventBytes + bytes(event);
        count();
    }

    synchronized void giveBackAll() {
        memory.accept(-counted);
        held = 0;
        counted = 0;
    }

    private void count() {
        if (Math.abs(held - counted) > STEP) {
            memory.accept(held - counted);
            counted = held;
        }
    }

    private static long bytes(CompletionEvent event) {
        return switch (event) {
            case CompletionEvent.Text text ->
                text.text().length()
                        + text.logprobs().stream()
                                .mapToLong(token ->
                                        SCORED_BYTES * (1L + token.top().size()))
                                .sum();
            case CompletionEvent.Reasoning reasoning -> reasoning.text().length();
            case CompletionEvent.ToolCallStarted call -> call.name().length();
            case CompletionEvent.ToolCallArguments arguments ->
                arguments.fragment().length();
            case CompletionEvent.ChoiceFinished end -> 0;
            case CompletionEvent.Finished end -> 0;
            case CompletionEvent.Failed failure -> 0;
        };
    }
}
