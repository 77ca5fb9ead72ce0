package io.baseload.chat.grammar;

/** The texts that a regular expression accepts, or those that it doesn't, as a part of an intersection. */
public final class RegularPart implements ByteAutomaton.Part {
    /** The effort for even a small expression. */
    private static final int COMPILING = 200;

    private final Reader reader;
    private final boolean negated;

    private RegularPart(Reader reader, boolean negated) {
        this.reader = reader;
        this.negated = negated;
    }

    /**
     * The texts that an expression without rules derives.
     *
     * @param writable the characters that the vocabulary can write
     * @param effort the limit for following it
     * @throws GrammarException if it derives none
     */
    public static RegularPart of(Expr expr, CodePoints writable, Effort effort) {
        effort.spend(COMPILING);
        Automaton automaton = AutomatonBuilder.compile(Grammar.of(expr), writable);
        var reader = new Reader(automaton);
        reader.allow(effort);
        effort.spend(automaton.loop.length);
        return new RegularPart(reader, false);
    }

    /** All other texts. */
    public RegularPart not() {
        return new RegularPart(reader, !negated);
    }

    @Override
    public Object start() {
        return reader.simplified(reader.start());
    }

    @Override
    public Object step(Object state, int b) {
        return reader.simplified(reader.step((Stacks) state, b));
    }

    @Override
    public boolean accepts(Object state) {
        return ((Stacks) state).mayEnd != negated;
    }

    @Override
    public boolean dead(Object state) {
        return !negated && ((Stacks) state).isEmpty();
    }

    @Override
    public int cutAfter(Object state, int b) {
        return reader.cutAfter((Stacks) state, b);
    }
}
