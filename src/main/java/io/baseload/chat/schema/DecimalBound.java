package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import java.math.BigDecimal;

/**
 * Decimal numbers within a bound, written without exponent and without leading zeros. Digits are compared with the bound's while they are read: of two whole parts the longer is greater; of
 * equally long ones the first different digit decides.
 */
final class DecimalBound implements ByteAutomaton.Part {
    private final boolean upper;
    private final boolean inclusive;
    private final int sign;
    private final String whole;
    private final String fraction;

    /** @param upper whether the bound is an upper one */
    DecimalBound(BigDecimal bound, boolean upper, boolean inclusive) {
        String digits = bound.abs().toPlainString();
        int point = digits.indexOf('.');
        this.upper = upper;
        this.inclusive = inclusive;
        this.sign = bound.signum();
        this.whole = point < 0 ? digits : digits.substring(0, point);
        this.fraction = point < 0 ? "" : digits.substring(point + 1);
    }

    /**
     * @param negative whether there was a minus
     * @param digits number of digits of the whole part so far, −1 before the first; of the fraction once that has begun
     * @param order comparison of the digits so far with the bound's at the same places
     * @param zero whether all were 0
     */
    private record State(boolean negative, boolean inFraction, int digits, int order, boolean zero) {}

    @Override
    public Object start() {
        return new State(false, false, 0, 0, true);
    }

    @Override
    public Object step(Object state, int b) {
        State s = (State) state;
        if (b == '-') {
            return new State(true, false, 0, 0, true);
        }
        if (b == '.') {
            return new State(s.negative, true, 0, wholeOrder(s), s.zero);
        }
        String bound = s.inFraction ? fraction : whole;
        int expected = s.digits < bound.length() ? bound.charAt(s.digits) : '0';
        int order = s.order != 0 ? s.order : Integer.compare(b, expected);
        // beyond the bound's digits, all that matters is whether one isn't 0, and that the whole part is longer
        int digits = Math.min(s.digits + 1, bound.length() + 1);
        return new State(s.negative, s.inFraction, digits, order, s.zero && b == '0');
    }

    private int wholeOrder(State s) {
        return s.digits != whole.length() ? Integer.compare(s.digits, whole.length()) : s.order;
    }

    @Override
    public boolean accepts(Object state) {
        State s = (State) state;
        int order = compared(s);
        return order == 0 ? inclusive : upper == order < 0;
    }

    /** The number so far compared with the bound. */
    private int compared(State s) {
        int ownSign = s.zero ? 0 : s.negative ? -1 : 1;
        if (ownSign != sign || sign == 0) {
            return Integer.compare(ownSign, sign);
        }
        int magnitude = s.inFraction ? s.order : wholeOrder(s);
        boolean more = magnitude == 0 && hasMore(s);
        return sign * (more ? -1 : magnitude);
    }

    /** Whether the bound has digits other than 0 after the read ones. */
    private boolean hasMore(State s) {
        String rest = s.inFraction ? fraction.substring(Math.min(s.digits, fraction.length())) : fraction;
        return rest.chars().anyMatch(c -> c != '0');
    }

    @Override
    public boolean dead(Object state) {
        return false;
    }

    @Override
    public int cutAfter(Object state, int b) {
        return NumberGrammar.cutAfter(b);
    }
}
