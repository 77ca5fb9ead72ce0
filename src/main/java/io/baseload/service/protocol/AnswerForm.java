package io.baseload.service.protocol;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.engine.api.Usage;
import io.baseload.service.web.ApiException;
import java.util.List;

/** The form of one answer in JSON. Belongs to that answer: a form may keep state. An answer is sent either whole or as a stream. */
public interface AnswerForm {
    /** The answer in one piece. */
    Object whole(List<Choice> choices, CompletionEvent.Finished end);

    /** The opening of a stream, before the first text. */
    List<StreamEvent> opening();

    /** The event for a piece of the answer in a stream. */
    List<StreamEvent> piece(CompletionEvent.Piece piece);

    /** Sent when a choice ends. */
    List<StreamEvent> end(CompletionEvent.ChoiceFinished end);

    /** The end of a stream, after the last choice. */
    List<StreamEvent> finish(CompletionEvent.Finished end);

    /** The end of a stream whose answer failed: without it clients would take a cut-off stream for a complete answer. */
    List<StreamEvent> failure(ApiException failure, Usage usage);
}
