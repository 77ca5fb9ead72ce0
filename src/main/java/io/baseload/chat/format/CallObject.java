package io.baseload.chat.format;

import java.util.Set;

/**
 * Reads one JSON object that calls a tool: {@code {"name": …, "arguments": {…}}} with its members in any order, also with the names "tool_name", "function" and "parameters", also inside
 * {@code "function": {…}}. The call begins as soon as the name of an offered tool is read; the arguments follow as they are read.
 */
final class CallObject {
    enum State {
        READING,
        /** The object is complete, and was a call. */
        DONE,
        /** It is not a call, or the call can't continue. */
        BROKEN
    }

    private enum At {
        KEY_OR_END,
        KEY,
        COLON,
        VALUE,
        NAME,
        SKIPPED,
        ARGUMENTS,
        ARGUMENTS_IN_STRING,
        COMMA_OR_END
    }

    private static final Set<String> NAMES = Set.of("name", "tool_name", "function");
    /** The first letter of null, which stands for no arguments. */
    private static final char NULL = 'n';

    private static final Set<String> ARGUMENTS = Set.of("arguments", "parameters");

    private final Set<String> offered;
    private final boolean keyed;
    private final Pieces out;
    private final StringBuilder key = new StringBuilder();
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder early = new StringBuilder();
    private At at = At.KEY_OR_END;
    private StringDecoder string = StringDecoder.json();
    private JsonExtent extent = new JsonExtent();
    private boolean started;
    private boolean argued;
    private int inner;

    /**
     * Created after the brace that opens the object.
     *
     * @param keyed whether a member's name may be the tool's, with the arguments as its value
     */
    CallObject(Set<String> offered, boolean keyed, Pieces out) {
        this.offered = offered;
        this.keyed = keyed;
        this.out = out;
    }

    boolean started() {
        return started;
    }

    State accept(char c) {
        if (Marks.isMark(c)) {
            return State.BROKEN;
        }
        boolean blank = Character.isWhitespace(c);
        return switch (at) {
            case KEY_OR_END -> blank ? State.READING : keyOrEnd(c);
            case KEY -> key(c);
            case COLON -> blank ? State.READING : expect(c, ':', At.VALUE);
            case VALUE -> blank ? State.READING : value(c);
            case NAME -> name(c);
            case SKIPPED -> skipped(c);
            case ARGUMENTS -> arguments(c);
            case ARGUMENTS_IN_STRING -> argumentsInString(c);
            case COMMA_OR_END -> blank ? State.READING : c == '}' ? close() : expect(c, ',', At.KEY_OR_END);
        };
    }

    private State go(At next) {
        at = next;
        return State.READING;
    }

    private State expect(char c, char expected, At next) {
        return c == expected ? go(next) : State.BROKEN;
    }

    private State keyOrEnd(char c) {
        if (c == '}') {
            return close();
        }
        key.setLength(0);
        string = StringDecoder.json();
        return expect(c, '"', At.KEY);
    }

    private State key(char c) {
        return string.accept(c, k -> key.append((char) k)) ? go(At.COLON) : State.READING;
    }

    private State value(char c) {
        String member = key.toString();
        string = StringDecoder.json();
        extent = new JsonExtent();
        if (keyed && !started && offered.contains(member)) {
            begin(member);
            argued = true;
            return at(At.ARGUMENTS).arguments(c);
        }
        if (NAMES.contains(member) && c == '"' && !started) {
            return go(At.NAME);
        }
        if (member.equals("function") && c == '{' && inner == 0) {
            inner++;
            return go(At.KEY_OR_END);
        }
        if (ARGUMENTS.contains(member) && !argued && c != NULL) {
            argued = true;
            return c == '"' ? go(At.ARGUMENTS_IN_STRING) : at(At.ARGUMENTS).arguments(c);
        }
        return at(At.SKIPPED).skipped(c);
    }

    private CallObject at(At next) {
        at = next;
        return this;
    }

    private State name(char c) {
        if (!string.accept(c, n -> name.append((char) n))) {
            return State.READING;
        }
        if (!offered.contains(name.toString())) {
            return State.BROKEN;
        }
        begin(name.toString());
        return go(At.COMMA_OR_END);
    }

    private void begin(String tool) {
        started = true;
        out.call(tool);
        out.arguments(early);
    }

    private State skipped(char c) {
        return switch (extent.accept(c)) {
            case INSIDE -> State.READING;
            case LAST -> go(At.COMMA_OR_END);
            case AFTER -> at(At.COMMA_OR_END).accept(c);
        };
    }

    private State arguments(char c) {
        return switch (extent.accept(c)) {
            case INSIDE -> argument(c);
            case LAST -> {
                argument(c);
                yield go(At.COMMA_OR_END);
            }
            case AFTER -> at(At.COMMA_OR_END).accept(c);
        };
    }

    /** Reads arguments that are JSON within a JSON string, as some models write them. */
    private State argumentsInString(char c) {
        return string.accept(c, a -> argument((char) a)) ? go(At.COMMA_OR_END) : State.READING;
    }

    private State argument(char c) {
        if (started) {
            out.arguments(c);
        } else {
            early.append(c);
        }
        return State.READING;
    }

    private State close() {
        if (inner > 0) {
            inner--;
            return go(At.COMMA_OR_END);
        }
        return started ? State.DONE : State.BROKEN;
    }
}
