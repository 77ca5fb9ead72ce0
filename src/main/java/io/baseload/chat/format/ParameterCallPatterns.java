package io.baseload.chat.format;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Regular expressions over the stream for the parts of calls other than values, with free white space.
 *
 * @param opens the beginning of a call
 * @param header from the beginning of a call to its first parameter; the group {@link #NAME} is the tool
 * @param parameter from the end of the header, or of a value, to the next value, of which the group {@link #NAME} is the name, with a group {@link #QUOTE} if the value is between special
 * marks; or to the end of the call, which has no such groups
 * @param list whether calls without any mark may follow one
 * @param ends the end of a value
 * @param quotedEnds the end of a value between special marks
 * @param inValues marks that are parts of values or end them
 */
record ParameterCallPatterns(
        List<String> opens,
        Pattern header,
        Pattern parameter,
        boolean list,
        List<String> ends,
        List<String> quotedEnds,
        String inValues) {
    static final String NAME = "name";
    static final String QUOTE = "quote";

    /** @param tools the names of the callable tools */
    static ParameterCallPatterns of(
            CallFormat format, ParameterSyntax parameters, Marks marks, Collection<String> tools) {
        CallSyntax syntax = format.syntax();
        String end = marks.streamed(parameters.afterValue().strip());
        String close = marks.streamed(parameters.closeText());
        return new ParameterCallPatterns(
                marks.stream(format.startMarks()),
                Pattern.compile(header(format, marks, tools)),
                Pattern.compile(parameter(syntax, parameters, marks)),
                !syntax.between().isBlank(),
                parameters.onLines() ? List.of("\n" + end, end) : List.of(end),
                List.of(close + end),
                end + close + marks.streamed(parameters.openText()));
    }

    private static String header(CallFormat format, Marks marks, Collection<String> tools) {
        CallSyntax syntax = format.syntax();
        String begin = syntax.open() + syntax.beforeName();
        Stream<String> first = format.startMarks().stream().map(open -> begin.substring(begin.indexOf(open)));
        Stream<String> next =
                syntax.between().isBlank() ? Stream.of() : Stream.of(syntax.between() + syntax.beforeName());
        String beginnings =
                Stream.concat(first, next).map(text -> flexible(text, marks)).collect(Collectors.joining("|"));
        String names = tools.stream().map(Pattern::quote).collect(Collectors.joining("|"));
        return "\\s*(?:" + beginnings + ")\\s*(?<" + NAME + ">" + names + ")(?![a-zA-Z0-9_-])\\s*"
                + flexible(syntax.beforeArguments(), marks);
    }

    private static String parameter(CallSyntax syntax, ParameterSyntax parameters, Marks marks) {
        String closes = Arrays.stream(syntax.afterArguments().split("(?=<)"))
                .map(close -> flexible(close, marks))
                .filter(close -> !close.isEmpty())
                .collect(Collectors.joining("|"));
        boolean literals = parameters.values() == ParameterSyntax.Values.LITERALS;
        String separator = literals ? "(?:" + flexible(parameters.between(), marks) + ")?\\s*" : "";
        String quote = literals || parameters.openText().isEmpty() ? "(?!)" : flexible(parameters.openText(), marks);
        return "\\s*" + separator + "(?:" + flexible(parameters.beforeName(), marks)
                + "(?<" + NAME + ">" + parameters.values().nameCharacter() + "+?)" + (literals ? "\\s*" : "")
                + flexible(parameters.beforeValue(), marks) + (parameters.onLines() ? "\\n?" : "")
                + "(?<" + QUOTE + ">" + quote + ")?|" + closes + ")";
    }

    /** A pattern for a text in which any white space matches any, or none. */
    private static String flexible(String text, Marks marks) {
        return Arrays.stream(marks.streamed(text).strip().split("\\s+"))
                .filter(part -> !part.isEmpty())
                .map(Pattern::quote)
                .collect(Collectors.joining("\\s*"));
    }
}
