package io.baseload.chat.grammar;

/** Bounds of repetitions in regular expressions and GBNF: {@code *}, {@code +}, {@code ?}, {@code {m}}, {@code {m,}}, {@code {m,n}}. */
record Repetition(int min, int max) {
    private static final int MAX_REPETITIONS = 100_000;

    static boolean follows(Scanner in) {
        return in.peek() == '*' || in.peek() == '+' || in.peek() == '?' || in.peek() == '{';
    }

    static Repetition read(Scanner in) {
        int place = in.position();
        return switch (in.next()) {
            case '*' -> new Repetition(0, Expr.UNBOUNDED);
            case '+' -> new Repetition(1, Expr.UNBOUNDED);
            case '?' -> new Repetition(0, 1);
            default -> braces(in, place);
        };
    }

    private static Repetition braces(Scanner in, int place) {
        int min = in.peek() == ',' ? 0 : in.number();
        int max = min;
        if (in.take(",")) {
            max = in.peek() == '}' ? Expr.UNBOUNDED : in.number();
        }
        in.require("}");
        if (min > max || min > MAX_REPETITIONS || max > MAX_REPETITIONS && max != Expr.UNBOUNDED) {
            throw in.problem(
                    place, "repetitions must be from 0 to " + MAX_REPETITIONS + ", the least not above the greatest");
        }
        return new Repetition(min, max);
    }

    Expr of(Expr body) {
        return new Expr.Repeat(body, min, max);
    }
}
