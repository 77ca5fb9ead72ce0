package io.baseload.service.openai;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import java.util.List;
import java.util.Locale;

/** What one answer looks like in JSON. Belongs to that answer: a shape may count along. */
sealed interface Shape permits ChatShape, TextShape {
    /** The answer in one piece. */
    Object whole(List<Choice> choices, CompletionEvent.Finished end);

    /** The chunks that open a stream, before the first text. */
    List<Object> opening(int choices);

    Object chunk(CompletionEvent.Piece piece);

    /** The chunk that ends a choice. */
    Object end(CompletionEvent.ChoiceFinished end);

    /** The chunk after the last choice, where the usage was asked for. */
    Object usage(CompletionEvent.Finished end);

    static String word(StopReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
