package io.baseload.chat.schema;

import io.baseload.chat.grammar.Expr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Limits expressions to a number of characters by bounding their repetitions, without counting each character. That is fast, but of several repetitions each gets only a share. */
final class Shortening {
    private static final int MAX_PIECE = 20;

    private Shortening() {}

    /** All texts of the expression within the lengths, if a single repetition of characters determines the length; otherwise empty. */
    static Optional<Expr> exactly(Expr expr, int min, int max) {
        return switch (expr) {
            case Expr.Repeat repeat
            when Lengths.of(repeat.body()).isExactly(1) -> {
                int least = Math.max(repeat.min(), min);
                int most = Math.min(repeat.max(), max);
                yield least > most ? Optional.empty() : Optional.of(new Expr.Repeat(repeat.body(), least, most));
            }
            case Expr.Sequence sequence -> exactly(sequence.parts(), min, max);
            default -> Optional.empty();
        };
    }

    private static Optional<Expr> exactly(List<Expr> parts, int min, int max) {
        List<Expr> variable =
                parts.stream().filter(part -> !Lengths.of(part).isFixed()).toList();
        if (variable.size() != 1) {
            return Optional.empty();
        }
        int fixed = Lengths.of(new Expr.Sequence(parts)).min()
                - Lengths.of(variable.getFirst()).min();
        int most = max == Expr.UNBOUNDED ? max : max - fixed;
        return exactly(variable.getFirst(), Math.max(0, min - fixed), most)
                .map(held -> new Expr.Sequence(parts.stream()
                        .map(part -> part.equals(variable.getFirst()) ? held : part)
                        .toList()));
    }

    /** Texts of the expression of at most {@code max} characters; each of several longer parts gets a share. Empty if all are longer. */
    static Optional<Expr> to(Expr expr, int max) {
        Lengths lengths = Lengths.of(expr);
        if (lengths.max() <= max) {
            return Optional.of(expr);
        }
        if (lengths.min() > max) {
            return Optional.empty();
        }
        return switch (expr) {
            case Expr.Choice choice ->
                Optional.of(new Expr.Choice(choice.options().stream()
                        .flatMap(option -> to(option, max).stream())
                        .toList()));
            case Expr.Sequence sequence -> sequence(sequence.parts(), max);
            case Expr.Repeat repeat -> repeat(repeat, max);
            case Expr.Intersection both -> {
                List<Expr> all = new ArrayList<>(both.all());
                yield to(all.getFirst(), max).map(first -> {
                    all.set(0, first);
                    return new Expr.Intersection(all, both.none());
                });
            }
            default -> Optional.empty();
        };
    }

    /** Texts of the expression of at least {@code min} characters: the first repetition of single characters is extended. Empty if there is none. */
    static Optional<Expr> atLeast(Expr expr, int min) {
        int missing = min - Lengths.of(expr).min();
        if (missing <= 0) {
            return Optional.of(expr);
        }
        return switch (expr) {
            case Expr.Repeat repeat
            when Lengths.of(repeat.body()).isExactly(1) && repeat.max() >= min ->
                Optional.of(new Expr.Repeat(repeat.body(), min, repeat.max()));
            case Expr.Sequence sequence -> {
                List<Expr> parts = new ArrayList<>(sequence.parts());
                for (int i = 0; i < parts.size(); i++) {
                    Optional<Expr> longer =
                            atLeast(parts.get(i), Lengths.of(parts.get(i)).min() + missing);
                    if (longer.isPresent()) {
                        parts.set(i, longer.get());
                        yield Optional.of(new Expr.Sequence(parts));
                    }
                }
                yield Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    /** Parts that need the least come first; the others get the rest. */
    private static Optional<Expr> sequence(List<Expr> parts, int max) {
        List<Lengths> lengths = parts.stream().map(Lengths::of).toList();
        int left = max - lengths.stream().mapToInt(Lengths::min).sum();
        List<Expr> held = new ArrayList<>(parts);
        List<Integer> order = IntStream.range(0, parts.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> lengths.get(i).room()))
                .toList();
        for (int done = 0; done < order.size(); done++) {
            int at = order.get(done);
            int share = Math.min(lengths.get(at).room(), left / (order.size() - done));
            Optional<Expr> part = to(parts.get(at), lengths.get(at).min() + share);
            if (part.isEmpty()) {
                return Optional.empty();
            }
            held.set(at, part.get());
            left -= share;
        }
        return Optional.of(new Expr.Sequence(held));
    }

    /** As many repetitions as fit with the whole body; if that is none, or too few, with a shorter body. */
    private static Optional<Expr> repeat(Expr.Repeat repeat, int max) {
        Optional<Expr> words = repeat.min() == 0 ? words(repeat.body(), repeat.max(), max) : Optional.empty();
        return words.isPresent() ? words : shorter(repeat, max);
    }

    /**
     * Up to some words, each of letters followed by spaces. If each had the same share of the length, there would be no long words. So pieces are counted: all letters up to the next
     * space, or as many as a share has. There are no more words than pieces.
     */
    private static Optional<Expr> words(Expr body, int most, int max) {
        if (!(body instanceof Expr.Sequence(List<Expr> parts))
                || parts.size() != 2
                || !parts.stream().allMatch(Shortening::isRun)) {
            return Optional.empty();
        }
        Expr letter = ((Expr.Repeat) parts.getFirst()).body();
        Expr space = ((Expr.Repeat) parts.getLast()).body();
        int pieces = Math.min(most, (max - 1) / 2);
        int share = Math.min(MAX_PIECE, (max - 1) / Math.max(1, pieces));
        if (pieces < 2) {
            return Optional.empty();
        }
        Expr piece = letter;
        Expr last = space;
        for (int letters = 0; letters < share; letters++) {
            piece = Expr.choice(space, letters == 0 ? letter : Expr.sequence(letter, piece));
            last = letters == 0 ? space : Expr.choice(space, Expr.sequence(letter, last));
        }
        Expr some = Expr.sequence(letter, new Expr.Repeat(piece, 0, pieces - 1), last);
        return Optional.of(Expr.optional(some));
    }

    private static boolean isRun(Expr expr) {
        return expr instanceof Expr.Repeat(Expr body, int min, int max)
                && min == 1
                && max == Expr.UNBOUNDED
                && body instanceof Expr.Chars;
    }

    private static Optional<Expr> shorter(Expr.Repeat repeat, int max) {
        int longest = Lengths.of(repeat.body()).max();
        int times = Math.max(Math.max(1, repeat.min()), Math.min(repeat.max(), max / Math.max(1, longest)));
        return to(repeat.body(), max / times).map(body -> new Expr.Repeat(body, repeat.min(), times));
    }
}
