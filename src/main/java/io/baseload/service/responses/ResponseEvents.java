package io.baseload.service.responses;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.service.protocol.LogprobEntry;
import io.baseload.service.protocol.StreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The events of one stream: the name of each is its type, and they are numbered. */
final class ResponseEvents {
    private int sequence;

    StreamEvent response(String type, ResponseBody response) {
        return StreamEvent.of(type, new OfResponse(type, sequence++, response));
    }

    StreamEvent item(String type, int index, OutputItem item) {
        return StreamEvent.of(type, new OfItem(type, sequence++, index, item));
    }

    StreamEvent part(String type, int index, OutputItem item, OutputItem.Part part) {
        return StreamEvent.of(type, new OfPart(type, sequence++, item.id(), index, 0, part));
    }

    /** A piece of a text. */
    StreamEvent delta(String type, int index, OutputItem item, String delta, @Nullable List<LogprobEntry> logprobs) {
        return StreamEvent.of(type, new OfText(type, sequence++, item.id(), index, 0, delta, null, logprobs));
    }

    /** A whole text. */
    StreamEvent done(String type, int index, OutputItem item, String text, @Nullable List<LogprobEntry> logprobs) {
        return StreamEvent.of(type, new OfText(type, sequence++, item.id(), index, 0, null, text, logprobs));
    }

    StreamEvent argumentsDelta(int index, OutputItem item, String delta) {
        String type = "response.function_call_arguments.delta";
        return StreamEvent.of(type, new OfArguments(type, sequence++, item.id(), index, delta, null, null));
    }

    StreamEvent argumentsDone(int index, OutputItem.Called call) {
        String type = "response.function_call_arguments.done";
        return StreamEvent.of(
                type, new OfArguments(type, sequence++, call.id(), index, null, call.name(), call.arguments()));
    }

    @JsonNaming(SnakeCaseStrategy.class)
    private record OfResponse(String type, int sequenceNumber, ResponseBody response) {}

    @JsonNaming(SnakeCaseStrategy.class)
    private record OfItem(String type, int sequenceNumber, int outputIndex, OutputItem item) {}

    @JsonNaming(SnakeCaseStrategy.class)
    private record OfPart(
            String type, int sequenceNumber, String itemId, int outputIndex, int contentIndex, OutputItem.Part part) {}

    @JsonInclude(Include.NON_NULL)
    @JsonNaming(SnakeCaseStrategy.class)
    private record OfText(
            String type,
            int sequenceNumber,
            String itemId,
            int outputIndex,
            int contentIndex,
            @Nullable String delta,
            @Nullable String text,
            @Nullable List<LogprobEntry> logprobs) {}

    @JsonInclude(Include.NON_NULL)
    @JsonNaming(SnakeCaseStrategy.class)
    private record OfArguments(
            String type,
            int sequenceNumber,
            String itemId,
            int outputIndex,
            @Nullable String delta,
            @Nullable String name,
            @Nullable String arguments) {}
}
