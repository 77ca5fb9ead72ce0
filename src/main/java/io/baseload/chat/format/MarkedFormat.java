package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Calls after a mark: as JSON objects or a list of them, or as a name followed by JSON arguments.
 *
 * @param opens texts before a call, or before all of them
 * @param separators texts between a name and JSON arguments
 * @param closes texts after a call, or after all of them
 * @param bare whether an answer that begins with a JSON object or list may consist of calls without a mark
 * @param keyed whether an object may be {@code {"NAME": {…}}}
 */
record MarkedFormat(
        String name,
        CallSyntax syntax,
        List<String> opens,
        List<String> separators,
        List<String> closes,
        boolean bare,
        boolean keyed)
        implements ToolFormat {

    @Override
    public List<String> marks() {
        return Stream.of(opens, separators, closes).flatMap(List::stream).toList();
    }

    @Override
    public CallReader reader(Marks marks, Map<String, ToolSpec> offered, Pieces out) {
        return new MarkedReader(this, marks, offered.keySet(), out);
    }
}
