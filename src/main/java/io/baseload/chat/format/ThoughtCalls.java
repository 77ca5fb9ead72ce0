package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the calls at the end of reasoning that has no end: some models forget it before they call. */
final class ThoughtCalls {
    private final CallFormat format;
    private final Marks marks;
    private final Map<String, ToolSpec> offered;
    private final List<String> begins;
    private final List<String> around;
    private final MarkFinder finder;
    /** The end of the reasoning: calls with only marks between them, the last one perhaps incomplete. */
    private final StringBuilder tail = new StringBuilder();
    /** Where the last call begins in the tail. */
    private int last;

    /** @param offered the callable tools by name */
    ThoughtCalls(CallFormat format, Marks marks, Map<String, ToolSpec> offered) {
        this.format = format;
        this.marks = marks;
        this.offered = offered;
        this.begins = offered.isEmpty() ? List.of() : marks.stream(format.startMarks());
        this.around = Stream.concat(begins.stream(), marks.stream(format.endMarks()).stream())
                .toList();
        this.finder = new MarkFinder(begins);
    }

    void accept(char c) {
        int mark = finder.accept(c, other -> {});
        if (mark != MarkFinder.NONE) {
            begin(begins.get(mark));
        } else if (!tail.isEmpty()) {
            tail.append(c);
        }
    }

    /** All chars of the mark but the last are already in the tail, unless it is empty. */
    private void begin(String mark) {
        tail.setLength(Math.max(0, tail.length() - mark.length() + 1));
        String before = tail.substring(last);
        if (isComplete(before)) {
            last = tail.length();
        } else if (onlyMarks(before)) {
            tail.setLength(last);
        } else {
            tail.setLength(0);
            last = 0;
        }
        tail.append(mark);
    }

    /** The text of the calls, if the reasoning ends with complete calls of offered tools. */
    Optional<String> find() {
        return isComplete(tail.substring(last)) ? Optional.of(tail.toString()) : Optional.empty();
    }

    /** Whether a text consists of complete calls. */
    private boolean isComplete(String text) {
        var pieces = new Pieces(marks, true, true);
        CallReader reader = format.reader(marks, offered, pieces);
        int ended = 0;
        int end = 0;
        for (int i = 0; i < text.length(); i++) {
            reader.accept(text.charAt(i));
            if (pieces.endedCalls() > ended) {
                ended = pieces.endedCalls();
                end = i + 1;
            }
        }
        return ended > 0 && onlyMarks(text.substring(end));
    }

    /** Whether a text around calls has only marks and brackets. */
    private boolean onlyMarks(String text) {
        String rest = text;
        for (String mark : around) {
            rest = rest.replace(mark, "");
        }
        return rest.chars().noneMatch(Character::isLetterOrDigit);
    }
}
