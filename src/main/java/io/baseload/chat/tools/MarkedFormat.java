package io.baseload.chat.tools;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Calls behind a mark: as JSON objects or a list of them, or as a name that JSON arguments follow.
 *
 * @param opens texts before a call, or before all of them
 * @param separators texts that end the name before JSON arguments
 * @param closes texts after a call, or after all of them
 * @param bare whether an answer that begins with a JSON object or list may be calls without any mark
 */
record MarkedFormat(
        String name, CallSyntax syntax, List<String> opens, List<String> separators, List<String> closes, boolean bare)
        implements ToolFormat {

    @Override
    public List<String> marks() {
        return Stream.of(opens, separators, closes).flatMap(List::stream).toList();
    }

    @Override
    public CallReader reader(Marks marks, Set<String> offered, Pieces out) {
        return new MarkedReader(
                marks.stream(opens), marks.stream(separators), marks.stream(closes), bare, offered, out);
    }
}
