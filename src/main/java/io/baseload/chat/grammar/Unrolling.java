package io.baseload.chat.grammar;

import java.util.List;

/**
 * Short loops around loops that count are written out. Otherwise the inner one would be a rule of its own, and if that may end after each character, as the labels of a host name may,
 * nothing is known about the tokens that it allows without its callers.
 */
final class Unrolling {
    private static final int MAX_TIMES = 10;
    private static final int MAX_SIZE = 1_000;

    private Unrolling() {}

    static boolean suits(Expr.Repeat repeat) {
        return suits(repeat, size(repeat.body()));
    }

    private static boolean suits(Expr.Repeat repeat, long bodySize) {
        return repeat.max() <= MAX_TIMES && counts(repeat.body()) && bodySize * repeat.max() <= MAX_SIZE;
    }

    /** Whether there is a loop inside that counts. */
    private static boolean counts(Expr expr) {
        return switch (expr) {
            case Expr.Repeat repeat -> isCounted(repeat) || counts(repeat.body());
            case Expr.Sequence sequence -> sequence.parts().stream().anyMatch(Unrolling::counts);
            case Expr.Choice choice -> choice.options().stream().anyMatch(Unrolling::counts);
            default -> false;
        };
    }

    private static boolean isCounted(Expr.Repeat repeat) {
        return repeat.max() > 1 && (repeat.max() < Expr.UNBOUNDED || repeat.min() > 1);
    }

    /** Approximate number of states. */
    private static long size(Expr expr) {
        return switch (expr) {
            case Expr.Text text -> text.text().length();
            case Expr.Chars chars -> Utf8.sequences(chars.set()).size();
            case Expr.Repeat repeat -> size(repeat, size(repeat.body()));
            case Expr.Sequence sequence -> size(sequence.parts());
            case Expr.Choice choice -> 1 + size(choice.options());
            case Expr.Rule rule -> 1;
            default -> MAX_SIZE;
        };
    }

    private static long size(Expr.Repeat repeat, long bodySize) {
        return 2 + bodySize * (suits(repeat, bodySize) ? repeat.max() : 1);
    }

    private static long size(List<Expr> all) {
        return all.stream().mapToLong(Unrolling::size).sum();
    }
}
