package io.baseload.chat.schema;

import io.baseload.chat.grammar.Expr;

/** The least and the greatest number of characters of the texts of an expression without rules. */
record Lengths(int min, int max) {

    static Lengths of(Expr expr) {
        return switch (expr) {
            case Expr.Chars chars -> new Lengths(1, 1);
            case Expr.Text text ->
                exactly(text.text().codePointCount(0, text.text().length()));
            case Expr.Sequence sequence ->
                sequence.parts().stream().map(Lengths::of).reduce(exactly(0), Lengths::plus);
            case Expr.Choice choice ->
                choice.options().stream().map(Lengths::of).reduce(Lengths::or).orElse(exactly(0));
            case Expr.Repeat repeat -> of(repeat.body()).times(repeat.min(), repeat.max());
            case Expr.Intersection both ->
                both.all().stream().map(Lengths::of).reduce(Lengths::and).orElseThrow();
            case Expr.AnyBeginning any -> of(any.body());
            case Expr.Unordered unordered -> new Lengths(0, Expr.UNBOUNDED);
            case Expr.Rule rule -> new Lengths(0, Expr.UNBOUNDED);
            case Expr.Bytes bytes -> new Lengths(0, Expr.UNBOUNDED);
            case Expr.Token token -> exactly(0);
        };
    }

    boolean isExactly(int length) {
        return min == length && max == length;
    }

    boolean isFixed() {
        return min == max;
    }

    /** The difference between the longest and the shortest. */
    int room() {
        return max - min;
    }

    private static Lengths exactly(int length) {
        return new Lengths(length, length);
    }

    private Lengths plus(Lengths other) {
        return new Lengths(saturated((long) min + other.min), saturated((long) max + other.max));
    }

    private Lengths or(Lengths other) {
        return new Lengths(Math.min(min, other.min), Math.max(max, other.max));
    }

    private Lengths and(Lengths other) {
        int least = Math.max(min, other.min);
        int most = Math.min(max, other.max);
        return new Lengths(least, most);
    }

    private Lengths times(int least, int most) {
        return new Lengths(saturated((long) min * least), max == 0 ? 0 : saturated((long) max * most));
    }

    private static int saturated(long value) {
        return (int) Math.min(Expr.UNBOUNDED, value);
    }
}
