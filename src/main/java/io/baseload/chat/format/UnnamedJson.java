package io.baseload.chat.format;

import io.baseload.chat.grammar.ByteAutomaton;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The language of texts that don't begin as JSON, or contain no string that is, or could be with its escapes, one of some names. Names consist of the characters a-z, A-Z, 0-9, _ and -.
 */
final class UnnamedJson implements ByteAutomaton.Part {
    /** Escapes that aren't characters of names; all others may be. */
    private static final String ESCAPES = "\"\\/bfnrt";

    private static final int FIRST_BEYOND_ASCII = 0x80;

    private enum At {
        /** Only white space so far; characters beyond ASCII count as white space. */
        BEGINNING,
        /** The text began differently. */
        TEXT,
        JSON,
        /** After a quote and characters of names. */
        STRING,
        ESCAPE,
        NAMED
    }

    /** @param begun the beginning of a name; empty in other states, and if no name begins like this */
    private record State(At at, String begun) {
        State(At at) {
            this(at, "");
        }
    }

    private static final State OTHER = new State(At.STRING, "?");

    private final Set<String> names;
    private final Set<String> beginnings = new HashSet<>();

    /** The bytes at which the class of bytes changes; each character of the names is a class of its own. */
    private final BitSet cuts;

    UnnamedJson(Set<String> names) {
        this.names = names;
        this.cuts = IntStream.rangeClosed(1, FIRST_BEYOND_ASCII)
                .filter(b -> !kind(b).equals(kind(b - 1)))
                .collect(BitSet::new, BitSet::set, BitSet::or);
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

    /** Any quote may begin a string. */
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

    @Override
    public int cutAfter(Object state, int b) {
        int cut = cuts.nextSetBit(b + 1);
        return cut < 0 ? 256 : cut;
    }

    private String kind(int b) {
        String character = Character.toString(b);
        boolean apart = "{[\"".contains(character)
                || ESCAPES.contains(character)
                || names.stream().anyMatch(name -> name.contains(character));
        return apart ? character : isOfNames(b) + " " + isBlank(b);
    }
}
