package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Calls within the text of an answer: JSON objects or lists of them, names followed by JSON arguments, or arguments one by one in a dialect of XML or Python.
 *
 * @param startMarks texts before a call, or before all of them; each is a part of the text before a name in the syntax, or a variant of it
 * @param innerMarks other texts within a call; with JSON arguments, those between a name and its arguments
 * @param endMarks texts after a call, or after all of them
 * @param bare whether an answer that begins with a JSON object or list may consist of calls without a mark
 * @param keyed whether an object may be {@code {"NAME": {…}}}
 */
record CallFormat(
        String name,
        Recognition recognition,
        CallSyntax syntax,
        List<String> startMarks,
        List<String> innerMarks,
        List<String> endMarks,
        boolean bare,
        boolean keyed)
        implements ToolFormat {

    @Override
    public List<String> marks() {
        return Stream.of(startMarks, innerMarks, endMarks).flatMap(List::stream).toList();
    }

    @Override
    public CallReader reader(Marks marks, Map<String, ToolSpec> offered, Pieces out) {
        return syntax.parameters()
                .<CallReader>map(parameters -> new ParameterCallReader(this, parameters, marks, offered, out))
                .orElseGet(() -> new MarkedReader(this, marks, offered.keySet(), out));
    }

    static Builder named(String name) {
        return new Builder(name);
    }

    static final class Builder {
        private final String name;
        private Recognition recognition = new Recognition(List.of(), Optional.empty());
        private CallSyntax syntax = CallSyntax.builder().build();
        private List<String> startMarks = List.of();
        private List<String> innerMarks = List.of();
        private List<String> endMarks = List.of();
        private boolean bare;
        private boolean keyed;

        private Builder(String name) {
            this.name = name;
        }

        /** A template that contains all these texts belongs to a model with this format. */
        Builder inTemplates(String... texts) {
            recognition = new Recognition(List.of(texts), recognition.token());
            return this;
        }

        /** A model with this special token has this format, unless its template shows another one. */
        Builder withToken(String text) {
            recognition = new Recognition(recognition.template(), Optional.of(text));
            return this;
        }

        Builder syntax(CallSyntax.Builder calls) {
            syntax = calls.build();
            return this;
        }

        Builder startMarks(String... texts) {
            startMarks = List.of(texts);
            return this;
        }

        Builder innerMarks(String... texts) {
            innerMarks = List.of(texts);
            return this;
        }

        Builder endMarks(String... texts) {
            endMarks = List.of(texts);
            return this;
        }

        Builder bare() {
            bare = true;
            return this;
        }

        Builder keyed() {
            keyed = true;
            return this;
        }

        CallFormat build() {
            return new CallFormat(name, recognition, syntax, startMarks, innerMarks, endMarks, bare, keyed);
        }
    }
}
