package io.baseload.chat.tools;

import io.baseload.chat.api.ToolCall;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How calls are written: {@code open call (between call)* close}, where a call is {@code beforeName NAME beforeArguments ARGUMENTS afterArguments}. The texts of
 * special tokens stand in it as they are.
 *
 * @param parameters how the arguments are written; empty where they are a JSON object
 * @param several whether an answer may have more than one call
 */
public record CallSyntax(
        String open,
        String beforeName,
        String beforeArguments,
        Optional<ParameterSyntax> parameters,
        String afterArguments,
        String between,
        String close,
        boolean several) {

    /** With JSON objects as arguments. */
    CallSyntax(
            String open,
            String beforeName,
            String beforeArguments,
            String afterArguments,
            String between,
            String close,
            boolean several) {
        this(open, beforeName, beforeArguments, Optional.empty(), afterArguments, between, close, several);
    }

    /** Calls as they would have been written by the model. */
    public String write(List<ToolCall> calls) {
        return calls.stream()
                .map(call -> beforeName + call.name() + beforeArguments + arguments(call.arguments()) + afterArguments)
                .collect(Collectors.joining(between, open, close));
    }

    private String arguments(String json) {
        return parameters.map(syntax -> syntax.write(json)).orElse(json);
    }

    /** What a call looks like, for models that don't know. */
    public String example() {
        String arguments = parameters.isPresent() ? "{\"ARGUMENT\": \"VALUE\"}" : "{ARGUMENTS}";
        return write(List.of(new ToolCall("", "NAME", arguments)));
    }
}
