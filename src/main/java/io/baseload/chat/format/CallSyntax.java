package io.baseload.chat.format;

import io.baseload.chat.api.ToolCall;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The syntax of calls: {@code open call (between call)* close}, where a call is {@code beforeName NAME beforeArguments ARGUMENTS afterArguments}. It contains the texts of special tokens.
 *
 * @param parameters the syntax of arguments; empty if they are a JSON object
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

    /** A syntax with JSON objects as arguments. */
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

    /** Writes calls as the model would. */
    public String write(List<ToolCall> calls) {
        return calls.stream()
                .map(call -> beforeName + call.name() + beforeArguments + arguments(call.arguments()) + afterArguments)
                .collect(Collectors.joining(between, open, close));
    }

    private String arguments(String json) {
        return parameters.map(syntax -> syntax.write(json)).orElse(json);
    }

    /** An example of a call, for models that don't know the format. */
    public String example() {
        String arguments = parameters.isPresent() ? "{\"ARGUMENT\": \"VALUE\"}" : "{ARGUMENTS}";
        return write(List.of(new ToolCall("", "NAME", arguments)));
    }
}
