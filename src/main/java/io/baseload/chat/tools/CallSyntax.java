package io.baseload.chat.tools;

import io.baseload.chat.api.ToolCall;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How calls are written: {@code open call (between call)* close}, where a call is {@code beforeName NAME beforeArguments ARGUMENTS afterArguments} and the
 * arguments are a JSON object. The texts of special tokens stand in it as they are.
 *
 * @param several whether an answer may have more than one call
 */
public record CallSyntax(
        String open,
        String beforeName,
        String beforeArguments,
        String afterArguments,
        String between,
        String close,
        boolean several) {

    /** Calls as they would have been written by the model. */
    public String write(List<ToolCall> calls) {
        return calls.stream()
                .map(call -> beforeName + call.name() + beforeArguments + call.arguments() + afterArguments)
                .collect(Collectors.joining(between, open, close));
    }
}
