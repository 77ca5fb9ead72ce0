package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the call at the end of reasoning that has no end: some models forget it before they call. */
final class ThoughtCall {
    private final CallFormat format;
    private final Marks marks;
    private final Map<String, ToolSpec> offered;
    private final List<String> begins;
    private final MarkFinder finder;
    /** The reasoning from the last mark of a call on. */
    private final StringBuilder tail = new StringBuilder();

    /** @param offered the callable tools by name */
    ThoughtCall(CallFormat format, Marks marks, Map<String, ToolSpec> offered) {
        this.format = format;
        this.marks = marks;
        this.offered = offered;
        this.begins = offered.isEmpty() ? List.of() : marks.stream(format.startMarks());
        this.finder = new MarkFinder(begins);
    }

    void accept(char c) {
        int mark = finder.accept(c, other -> {});
        if (mark != MarkFinder.NONE) {
            tail.setLength(0);
            tail.append(begins.get(mark));
        } else if (!tail.isEmpty()) {
            tail.append(c);
        }
    }

    /** The text of the call, if the reasoning ends with a complete call of an offered tool. */
    Optional<String> find() {
        var pieces = new Pieces(marks, true);
        CallReader reader = format.reader(marks, offered, pieces);
        for (int i = 0; i < tail.length(); i++) {
            reader.accept(tail.charAt(i));
            if (pieces.endedCalls() > 0) {
                return onlyEnds(tail.substring(i + 1)) ? Optional.of(tail.toString()) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Whether a text after a call has only marks and brackets. */
    private boolean onlyEnds(String text) {
        String rest = text;
        for (String mark : marks.stream(format.endMarks())) {
            rest = rest.replace(mark, "");
        }
        return rest.chars().noneMatch(Character::isLetterOrDigit);
    }
}
