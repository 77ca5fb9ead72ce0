package io.baseload.chat.format;

import io.baseload.chat.api.ToolCall;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    static Builder builder() {
        return new Builder();
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

    /**
     * Beginnings of lines before which a value on separate lines ends, even if its own end is missing: those of the next parameter and of the call's end.
     *
     * @param parameters the next parameters, from their names on
     */
    List<String> linesAfterValue(Stream<String> parameters) {
        String end = afterArguments.substring(0, afterArguments.indexOf('>') + 1);
        return this.parameters
                .filter(ParameterSyntax::onLines)
                .map(syntax -> Stream.concat(parameters.map(next -> syntax.beforeName() + next), Stream.of(end))
                        .map(line -> "\n" + line)
                        .toList())
                .orElse(List.of());
    }

    /** An example of a call, for models that don't know the format. */
    public String example() {
        String arguments = parameters.isPresent() ? "{\"ARGUMENT\": \"VALUE\"}" : "{ARGUMENTS}";
        return write(List.of(new ToolCall("", "NAME", arguments)));
    }

    /** Without more, calls are only names and JSON objects, one directly after the other. */
    static final class Builder {
        private String open = "";
        private String beforeName = "";
        private String beforeArguments = "";
        private Optional<ParameterSyntax> parameters = Optional.empty();
        private String afterArguments = "";
        private String between = "";
        private String close = "";
        private boolean several = true;

        private Builder() {}

        Builder open(String text) {
            open = text;
            return this;
        }

        Builder beforeName(String text) {
            beforeName = text;
            return this;
        }

        Builder beforeArguments(String text) {
            beforeArguments = text;
            return this;
        }

        Builder parameters(ParameterSyntax.Builder syntax) {
            parameters = Optional.of(syntax.build());
            return this;
        }

        Builder afterArguments(String text) {
            afterArguments = text;
            return this;
        }

        Builder between(String text) {
            between = text;
            return this;
        }

        Builder close(String text) {
            close = text;
            return this;
        }

        /** An answer has at most one call. */
        Builder single() {
            several = false;
            return this;
        }

        CallSyntax build() {
            return new CallSyntax(
                    open, beforeName, beforeArguments, parameters, afterArguments, between, close, several);
        }
    }
}
