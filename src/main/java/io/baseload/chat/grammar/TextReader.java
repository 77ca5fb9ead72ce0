package io.baseload.chat.grammar;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Checks whether texts belong to a grammar's language and, if not, finds where they deviate. Used by one thread at a time. */
public final class TextReader {
    private static final int MAX_HINT_LENGTH = 60;

    private final Reader reader;
    private final int states;

    /**
     * The place where a text leaves the language.
     *
     * @param offset number of UTF-8 bytes before it
     * @param line from 1
     * @param column from 1, in characters
     * @param expected a description of what was allowed there
     */
    public record Departure(int offset, int line, int column, String expected) {}

    /** @throws GrammarException as {@link Constraint#compile} */
    public TextReader(Grammar grammar) {
        this(grammar, Effort.unlimited());
    }

    /** @param effort the limit for following texts */
    public TextReader(Grammar grammar, Effort effort) {
        this(grammar, effort, Reader.MAX_BYTES);
    }

    /**
     * @param effort the limit for following texts
     * @param mostBytes the size of remembered results at which it forgets them all
     */
    public TextReader(Grammar grammar, Effort effort, long mostBytes) {
        Automaton automaton = AutomatonBuilder.compile(grammar, CodePoints.ALL);
        states = automaton.loop.length;
        effort.spend(states);
        reader = new Reader(automaton, Integer.MAX_VALUE, mostBytes);
        reader.allow(effort);
    }

    /** The number of states of the language's automaton. */
    public int states() {
        return states;
    }

    /** Whether the text belongs to the language. */
    public boolean accepts(String text) {
        Stacks at = reader.start();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            at = reader.step(at, b & 0xFF);
        }
        return at.mayEnd;
    }

    /** Empty if the text belongs to the language. */
    public Optional<Departure> departure(String text) {
        return departure(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Empty if the text, as UTF-8, belongs to the language. */
    public Optional<Departure> departure(byte[] text) {
        Stacks at = reader.start();
        for (int i = 0; i < text.length; i++) {
            Stacks next = reader.step(at, text[i] & 0xFF);
            if (next.isEmpty()) {
                return Optional.of(departure(text, i, at));
            }
            at = next;
        }
        return at.mayEnd ? Optional.empty() : Optional.of(departure(text, text.length, at));
    }

    private Departure departure(byte[] text, int offset, Stacks at) {
        String before = new String(text, 0, offset, StandardCharsets.UTF_8);
        int lineStart = before.lastIndexOf('\n') + 1;
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.codePointCount(lineStart, before.length()) + 1;
        return new Departure(offset, line, column, new Expectation(reader).describe(at, MAX_HINT_LENGTH));
    }
}
