package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.ToolCall;
import org.jspecify.annotations.Nullable;

/**
 * A call, or a part of one in a stream. Id, type and name are in the first part only; the index is in parts only.
 */
@JsonInclude(Include.NON_NULL)
record CallBody(
        @Nullable Integer index,
        @Nullable String id,
        @Nullable String type,
        Function function) {
    private static final String FUNCTION = "function";

    /** @param arguments JSON text, or a fragment of it */
    @JsonInclude(Include.NON_NULL)
    record Function(@Nullable String name, String arguments) {}

    static CallBody whole(ToolCall call) {
        return new CallBody(null, call.id(), FUNCTION, new Function(call.name(), call.arguments()));
    }

    static CallBody first(CompletionEvent.ToolCallStarted call) {
        return new CallBody(call.index(), call.id(), FUNCTION, new Function(call.name(), ""));
    }

    static CallBody next(CompletionEvent.ToolCallArguments piece) {
        return new CallBody(piece.index(), null, null, new Function(null, piece.fragment()));
    }
}
