package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import java.math.BigDecimal;

/** Decimal numbers, written without exponent, that are whole multiples of a number, or aren't. */
final class Multiple implements ByteAutomaton.Part {
    /** Both numbers are multiplied by 10 to this power, so that they have no fraction. */
    private final int scale;

    private final long divisor;
    private final boolean negated;

    /** @param of above 0, of at most 12 digits without its point */
    Multiple(BigDecimal of) {
        BigDecimal plain = of.stripTrailingZeros();
        this.scale = Math.max(0, plain.scale());
        this.divisor = plain.movePointRight(scale).longValueExact();
        this.negated = false;
    }

    private Multiple(int scale, long divisor, boolean negated) {
        this.scale = scale;
        this.divisor = divisor;
        this.negated = negated;
    }

    /** Numbers that aren't multiples, with as many digits after the point as multiples have, but at least one: numbers that aren't whole are no multiples of whole numbers. */
    Multiple not() {
        return scale == 0 ? new Multiple(1, divisor * 10, true) : new Multiple(scale, divisor, true);
    }

    boolean isNegated() {
        return negated;
    }

    /** The most digits after the point. */
    int scale() {
        return scale;
    }

    private record State(boolean inFraction, int fractionDigits, long remainder) {}

    @Override
    public Object start() {
        return new State(false, 0, 0);
    }

    @Override
    public Object step(Object state, int b) {
        State s = (State) state;
        if (b < '0' || b > '9') {
            return new State(b == '.', 0, s.remainder);
        }
        int fractionDigits = s.inFraction ? s.fractionDigits + 1 : 0;
        return new State(s.inFraction, fractionDigits, (s.remainder * 10 + b - '0') % divisor);
    }

    @Override
    public boolean accepts(Object state) {
        State s = (State) state;
        long padded = s.remainder;
        for (int i = s.fractionDigits; i < scale; i++) {
            padded = padded * 10 % divisor;
        }
        return (padded % divisor == 0) != negated;
    }

    @Override
    public boolean dead(Object state) {
        return ((State) state).fractionDigits > scale;
    }

    @Override
    public int cutAfter(Object state, int b) {
        return NumberGrammar.cutAfter(b);
    }
}
