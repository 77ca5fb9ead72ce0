package io.baseload.chat.grammar;

import io.baseload.engine.api.TokenMask;
import java.util.List;

/** A grammar compiled for a vocabulary. Results computed for one answer are reused for others. Thread-safe: threads take turns. */
public final class Constraint {
    private static final long MAX_REMEMBERED_BYTES = 8_000_000;

    /** The most steps of a quick call: about 10 ms. */
    private static final long MAX_QUICK_STEPS = TokenMasks.MAX_WORK / 16;

    /** The number of quick calls after which no slow one is expected any more. */
    private static final int QUICK_AGAIN = 128;

    private final TokenTable tokens;
    private final Reader reader;
    private final TokenMasks masks;
    private final Stacks start;
    private final List<String> unenforcedFormats;
    private volatile long bytes;

    /** The number of calls that count as slow from now on, because one before them was. All answers wait for a slow call of any of them. */
    private volatile int slowCalls;

    private Constraint(TokenTable tokens, Reader reader, List<String> unenforcedFormats) {
        this.tokens = tokens;
        this.reader = reader;
        this.unenforcedFormats = unenforcedFormats;
        this.masks = new TokenMasks(reader, tokens);
        reader.allow(new Effort(TokenMasks.MAX_WORK));
        this.start = reader.start();
        run(TokenMasks.MAX_WORK, () -> masks.allow(start, new long[tokens.words()]));
        weigh();
    }

    /** Runs one call of a mask, and notes whether it was slow. */
    private synchronized void run(long steps, Runnable call) {
        var effort = new Effort(steps);
        reader.allow(effort);
        try {
            call.run();
            slowCalls = effort.spent() > MAX_QUICK_STEPS ? QUICK_AGAIN : Math.max(0, slowCalls - 1);
        } catch (GrammarException tooMuch) {
            slowCalls = QUICK_AGAIN;
            throw tooMuch;
        }
    }

    private void weigh() {
        bytes = reader.automaton().bytes() + reader.bytes() + masks.bytes();
    }

    /** Approximate memory of it and all its answers, in bytes. May be called by any thread. */
    public long bytes() {
        return bytes;
    }

    /**
     * @throws GrammarException if the grammar is too large, left-recursive, or derives no text that the vocabulary can write
     */
    public static Constraint compile(Grammar grammar, TokenTable tokens) {
        Automaton automaton = AutomatonBuilder.compile(grammar, tokens.writable);
        automaton.requireTokens(tokens.bytes.size());
        Reader reader = new Reader(automaton, tokens.longest, MAX_REMEMBERED_BYTES);
        return new Constraint(tokens, reader, grammar.unenforcedFormats());
    }

    /** The grammar's {@linkplain Grammar#unenforcedFormats unenforced formats}. */
    public List<String> unenforcedFormats() {
        return unenforcedFormats;
    }

    /** A mask for one answer. */
    public TokenMask mask() {
        return new Mask();
    }

    private final class Mask implements TokenMask {
        private Stacks at = start;
        private boolean ended;

        @Override
        public void allow(long[] bits) {
            run(TokenMasks.MAX_WORK, () -> {
                if (masks.allow(ended ? Stacks.NONE : at, bits)) {
                    weigh();
                }
            });
        }

        @Override
        public void advance(int token) {
            run(TokenMasks.MAX_READING, () -> {
                ended |= at.mayEnd && isStop(token);
                at = ended ? at : after(token);
            });
        }

        @Override
        public boolean mayBeSlow() {
            return slowCalls > 0;
        }

        private Stacks after(int token) {
            Stacks next = reader.token(at, token);
            if (!tokens.special[token]) {
                next = reader.union(next, afterBytes(token));
            }
            if (next.isEmpty()) {
                throw new IllegalStateException("token " + token + " was not allowed here");
            }
            return next;
        }

        private Stacks afterBytes(int token) {
            Stacks next = at;
            int first = tokens.bytes.start(token);
            for (int i = first; i < first + tokens.bytes.length(token); i++) {
                next = reader.step(next, tokens.bytes.table()[i] & 0xFF);
            }
            return next;
        }

        private boolean isStop(int token) {
            for (int stop : tokens.stopTokens) {
                if (stop == token) {
                    return true;
                }
            }
            return false;
        }
    }
}
