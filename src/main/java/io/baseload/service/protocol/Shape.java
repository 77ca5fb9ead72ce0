package io.baseload.service.protocol;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.engine.api.Usage;
import io.baseload.service.web.ApiException;
import java.util.List;

/** What one answer looks like in JSON. Belongs to that answer: a shape may count along. An answer is sent either whole or as a stream. */
public interface Shape {
    /** The answer in one piece. */
    Object whole(List<Choice> choices, CompletionEvent.Finished end);

    /** What opens a stream, before the first text. */
    List<StreamEvent> opening();

    /** What a piece of the answer becomes in a stream. */
    List<StreamEvent> piece(CompletionEvent.Piece piece);

    /** What is sent when a choice ends. */
    List<StreamEvent> end(CompletionEvent.ChoiceFinished end);

    /** What ends a stream, after the last choice. */
    List<StreamEvent> finish(CompletionEvent.Finished end);

    /** What ends a stream whose answer failed: without it clients take a cut stream for a complete answer. */
    List<StreamEvent> failure(ApiException failure, Usage usage);
}
