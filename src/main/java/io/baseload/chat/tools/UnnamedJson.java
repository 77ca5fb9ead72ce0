package io.baseload.chat.tools;

import io.baseload.chat.grammar.ByteAutomaton;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Texts that, where they begin as JSON, have no string that is one of some names, or with its escapes may be. All other texts belong to it. Names are of the
 * characters a-z, A-Z, 0-9, _ and -.
 */
final class UnnamedJson implements ByteAutomaton.Part {
    /** What, escaped, is no character of a name; all other escapes may be. */
    private static final String ESCAPES = "\"\\/bfnrt";

    private static final int FIRST_BEYOND_ASCII = 0x80;

    private enum At {
        /** Only white space so far; characters beyond ASCII are taken for it. */
        BEGINNING,
        /** The text began otherwise. */
        TEXT,
        JSON,
        /** After a quote and characters of names. */
        STRING,
        ESCAPE,
        NAMED
    }

    /** @param begun of a name; in other states, and where no name begins so, nothing */
    private record State(At at, String begun) {
        State(At at) {
            this(at, "");
        }
    }

    private static final State OTHER = new State(At.STRING, "?");

    private final Set<String> names;
    private final Set<String> beginnings = new HashSet<>();

    UnnamedJson(Set<String> names) {
        this.names = names;
        names.forEach(name ->
                IntStream.rangeClosed(0, name.length()).forEach(length -> beginnings.add(name.substring(0, length))));
    }

    @Override
    public Object start() {
        return new State(At.BEGINNING);
    }

    @Override
    public Object step(Object state, int b) {
        State from = (State) state;
        return switch (from.at) {
            case BEGINNING -> beginning(b);
            case JSON -> new State(b == '"' ? At.STRING : At.JSON);
            case STRING -> string(from, b);
            case ESCAPE -> new State(ESCAPES.indexOf(b) < 0 ? At.NAMED : b == '"' ? At.STRING : At.JSON);
            case TEXT, NAMED -> from;
        };
    }

    private static State beginning(int b) {
        return new State(isBlank(b) ? At.BEGINNING : b == '{' || b == '[' ? At.JSON : At.TEXT);
    }

    private static boolean isBlank(int b) {
        return b >= FIRST_BEYOND_ASCII || Character.isWhitespace(b);
    }

    /** Any quote may be the first of a string. */
    private State string(State from, int b) {
        if (b == '"') {
            return new State(names.contains(from.begun) ? At.NAMED : At.STRING);
        }
        if (b == '\\') {
            return new State(At.ESCAPE);
        }
        if (!isOfNames(b)) {
            return new State(At.JSON);
        }
        String longer = from.begun + (char) b;
        return beginnings.contains(longer) ? new State(At.STRING, longer) : OTHER;
    }

    private static boolean isOfNames(int b) {
        return b == '_' || b == '-' || b < FIRST_BEYOND_ASCII && Character.isLetterOrDigit(b);
    }

    @Override
    public boolean accepts(Object state) {
        return ((State) state).at != At.NAMED;
    }

    @Override
    public boolean dead(Object state) {
        return ((State) state).at == At.NAMED;
    }

    /** Where the kind of a byte changes; each character of the names is a kind of its own. */
    @Override
    public Set<Integer> cuts() {
        return IntStream.rangeClosed(1, FIRST_BEYOND_ASCII)
                .filter(b -> !kind(b).equals(kind(b - 1)))
                .boxed()
                .collect(Collectors.toSet());
    }

    private String kind(int b) {
        String character = Character.toString(b);
        boolean apart = "{[\"".contains(character)
                || ESCAPES.contains(character)
                || names.stream().anyMatch(name -> name.contains(character));
        return apart ? character : isOfNames(b) + " " + isBlank(b);
    }
}
