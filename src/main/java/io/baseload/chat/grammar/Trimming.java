package io.baseload.chat.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Removes the parts of a grammar that can never end, so that the beginning of any text that it allows can be completed: rules that only lead to themselves, and characters that the
 * vocabulary can't write. Also computes which rules derive the empty text.
 */
final class Trimming {
    private final Grammar grammar;
    private final CodePoints writable;
    private final boolean everythingIsWritable;
    private final Effort effort;
    private final List<List<Integer>> users;
    private final int[] sizes;

    /**
     * @param writable the characters that the vocabulary can write
     * @param effort for reading the rules, some of them repeatedly
     */
    Trimming(Grammar grammar, CodePoints writable, Effort effort) {
        this.grammar = grammar;
        this.effort = effort;
        this.writable = writable;
        this.everythingIsWritable = writable.equals(CodePoints.ALL);
        this.users = users(grammar.rules());
        this.sizes = grammar.rules().stream().mapToInt(Trimming::size).toArray();
    }

    /**
     * @throws GrammarException if nothing remains
     */
    Grammar trimmed() {
        boolean[] productive = requireText(0);
        List<Expr> rules = IntStream.range(0, grammar.rules().size())
                .mapToObj(rule -> trim(grammar.rules().get(rule), productive).orElse(Expr.choice()))
                .toList();
        return new Grammar(rules, grammar.names(), grammar.unenforcedFormats());
    }

    /**
     * The rules that derive a text.
     *
     * @throws GrammarException if {@code rule} doesn't; names the responsible rule if that has a place in a schema
     */
    boolean[] requireText(int rule) {
        boolean[] productive = fixpoint(this::productive);
        if (productive[rule]) {
            return productive;
        }
        String place = "";
        Set<Integer> seen = new HashSet<>();
        OptionalInt next = OptionalInt.of(rule);
        while (next.isPresent() && seen.add(next.getAsInt())) {
            place = grammar.place(next.getAsInt()).orElse(place);
            next = blamed(grammar.rules().get(next.getAsInt()), productive);
        }
        throw new GrammarException(
                place,
                next.isPresent()
                        ? "no text satisfies it, because it refers to itself endlessly"
                        : "no text that the model can write satisfies it");
    }

    boolean hasText(int rule) {
        return fixpoint(this::productive)[rule];
    }

    /** The first rule because of which an expression derives nothing; empty if no rule is the cause. */
    private OptionalInt blamed(Expr expr, boolean[] productive) {
        return switch (expr) {
            case Expr.Sequence sequence ->
                sequence.parts().stream()
                        .filter(part -> !productive(part, productive))
                        .findFirst()
                        .map(part -> blamed(part, productive))
                        .orElseGet(OptionalInt::empty);
            case Expr.Choice choice ->
                choice.options().stream()
                        .map(option -> blamed(option, productive))
                        .filter(OptionalInt::isPresent)
                        .findFirst()
                        .orElseGet(OptionalInt::empty);
            case Expr.Repeat repeat -> blamed(repeat.body(), productive);
            case Expr.AnyBeginning any -> blamed(any.body(), productive);
            case Expr.Unordered unordered ->
                unordered.named().stream()
                        .filter(part -> part.required() && !productive(part.rest(), productive))
                        .findFirst()
                        .map(part -> blamed(part.rest(), productive))
                        .orElseGet(OptionalInt::empty);
            case Expr.Rule rule -> OptionalInt.of(rule.index());
            case Expr.Chars c -> OptionalInt.empty();
            case Expr.Text t -> OptionalInt.empty();
            case Expr.Bytes b -> OptionalInt.empty();
            case Expr.Token t -> OptionalInt.empty();
            case Expr.Intersection i -> OptionalInt.empty();
        };
    }

    boolean[] nullable() {
        return fixpoint(Trimming::nullable);
    }

    private interface Property {
        boolean holds(Expr expr, boolean[] known);
    }

    /** The rules for which a property holds that depends on the rules that they use. A rule is read again after each of its rules for which the property is found to hold. */
    private boolean[] fixpoint(Property property) {
        boolean[] holds = new boolean[grammar.rules().size()];
        Deque<Integer> due = new ArrayDeque<>(
                IntStream.range(0, holds.length).boxed().toList().reversed());
        while (!due.isEmpty()) {
            int rule = due.poll();
            if (holds[rule]) {
                continue;
            }
            effort.spend(sizes[rule]);
            if (property.holds(grammar.rules().get(rule), holds)) {
                holds[rule] = true;
                due.addAll(users.get(rule));
            }
        }
        return holds;
    }

    /** The number of an expression's parts. */
    private static int size(Expr expr) {
        return switch (expr) {
            case Expr.Sequence sequence -> size(sequence.parts());
            case Expr.Choice choice -> size(choice.options());
            case Expr.Repeat repeat -> 1 + size(repeat.body());
            case Expr.AnyBeginning any -> 1 + size(any.body());
            case Expr.Unordered unordered ->
                size(unordered.named().stream().map(Expr.Named::rest).toList())
                        + size(unordered.others().stream().toList())
                        + size(unordered.separator());
            case Expr.Rule r -> 1;
            case Expr.Intersection i -> 1;
            case Expr.Chars c -> 1;
            case Expr.Text t -> 1;
            case Expr.Bytes b -> 1;
            case Expr.Token t -> 1;
        };
    }

    private static int size(List<Expr> all) {
        return 1 + all.stream().mapToInt(Trimming::size).sum();
    }

    private static List<List<Integer>> users(List<Expr> rules) {
        List<List<Integer>> users = new ArrayList<>();
        rules.forEach(rule -> users.add(new ArrayList<>()));
        for (int rule = 0; rule < rules.size(); rule++) {
            note(rules.get(rule), rule, users);
        }
        return users;
    }

    private static void note(Expr expr, int user, List<List<Integer>> users) {
        switch (expr) {
            case Expr.Rule used -> {
                List<Integer> known = users.get(used.index());
                if (known.isEmpty() || known.getLast() != user) {
                    known.add(user);
                }
            }
            case Expr.Sequence sequence -> sequence.parts().forEach(part -> note(part, user, users));
            case Expr.Choice choice -> choice.options().forEach(option -> note(option, user, users));
            case Expr.Repeat repeat -> note(repeat.body(), user, users);
            case Expr.AnyBeginning any -> note(any.body(), user, users);
            case Expr.Unordered unordered -> {
                unordered.named().forEach(part -> note(part.rest(), user, users));
                unordered.others().ifPresent(part -> note(part, user, users));
                note(unordered.separator(), user, users);
            }
            case Expr.Intersection i -> {}
            case Expr.Chars c -> {}
            case Expr.Text t -> {}
            case Expr.Bytes b -> {}
            case Expr.Token t -> {}
        }
    }

    private boolean productive(Expr expr, boolean[] known) {
        return switch (expr) {
            case Expr.Chars chars -> !left(chars).isEmpty();
            case Expr.Text text -> writable(text.text());
            case Expr.Sequence sequence -> sequence.parts().stream().allMatch(part -> productive(part, known));
            case Expr.Choice choice -> choice.options().stream().anyMatch(option -> productive(option, known));
            case Expr.Repeat repeat -> repeat.min() == 0 || productive(repeat.body(), known);
            case Expr.AnyBeginning any -> productive(any.body(), known);
            case Expr.Unordered unordered -> productive(unordered, known);
            case Expr.Rule rule -> known[rule.index()];
            case Expr.Intersection both -> true; // until the intersection is computed
            case Expr.Bytes bytes -> !bytes.automaton().isEmpty();
            case Expr.Token token -> true;
        };
    }

    private boolean productive(Expr.Unordered unordered, boolean[] known) {
        boolean required = unordered.named().stream().allMatch(part -> !part.required() || productive(part, known));
        return required && Selection.of(left(unordered, known)).isPossible();
    }

    private boolean productive(Expr.Named part, boolean[] known) {
        return writable(part.name()) && productive(part.rest(), known);
    }

    /** Without the parts that can't end; if the separator can't, at most one part. */
    private Expr.Unordered left(Expr.Unordered unordered, boolean[] known) {
        return new Expr.Unordered(
                unordered.named().stream()
                        .filter(part -> productive(part, known))
                        .toList(),
                unordered.others().filter(part -> productive(part, known)),
                unordered.separator(),
                unordered.min(),
                productive(unordered.separator(), known) ? unordered.max() : Math.min(1, unordered.max()));
    }

    private static IllegalStateException unresolved(Expr.Intersection both) {
        return new IllegalStateException("to be computed first: " + both);
    }

    private CodePoints left(Expr.Chars chars) {
        return everythingIsWritable ? chars.set() : chars.set().and(writable);
    }

    private boolean writable(String text) {
        return everythingIsWritable
                ? text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                : text.codePoints().allMatch(writable::contains);
    }

    static boolean nullable(Expr expr, boolean[] known) {
        return switch (expr) {
            case Expr.Chars chars -> false;
            case Expr.Text text -> text.text().isEmpty();
            case Expr.Sequence sequence -> sequence.parts().stream().allMatch(part -> nullable(part, known));
            case Expr.Choice choice -> choice.options().stream().anyMatch(option -> nullable(option, known));
            case Expr.Repeat repeat -> repeat.min() == 0 || repeat.max() == 0 || nullable(repeat.body(), known);
            case Expr.AnyBeginning any -> nullable(any.body(), known);
            case Expr.Unordered unordered ->
                unordered.min() == 0 && unordered.named().stream().noneMatch(Expr.Named::required);
            case Expr.Rule rule -> known[rule.index()];
            case Expr.Intersection both -> throw unresolved(both);
            case Expr.Bytes bytes -> bytes.automaton().acceptsEmpty();
            case Expr.Token token -> false;
        };
    }

    /** The remaining part of an expression; empty if that can't end. */
    private Optional<Expr> trim(Expr expr, boolean[] productive) {
        return switch (expr) {
            case Expr.Chars chars -> {
                CodePoints left = left(chars);
                yield left.isEmpty() ? Optional.empty() : Optional.of(new Expr.Chars(left));
            }
            case Expr.Text text -> writable(text.text()) ? Optional.of(text) : Optional.empty();
            case Expr.Sequence sequence -> {
                List<Expr> parts = all(sequence.parts(), productive);
                yield parts.size() < sequence.parts().size() ? Optional.empty() : Optional.of(new Expr.Sequence(parts));
            }
            case Expr.Choice choice -> {
                List<Expr> options = all(choice.options(), productive);
                yield options.isEmpty() ? Optional.empty() : Optional.of(new Expr.Choice(options));
            }
            case Expr.Repeat repeat -> repeat(repeat, trim(repeat.body(), productive));
            case Expr.AnyBeginning any -> trim(any.body(), productive).map(Expr.AnyBeginning::new);
            case Expr.Unordered unordered ->
                productive(unordered, productive)
                        ? Optional.of(trimmed(left(unordered, productive), productive))
                        : Optional.empty();
            case Expr.Rule rule -> productive[rule.index()] ? Optional.of(rule) : Optional.empty();
            case Expr.Intersection both -> throw unresolved(both);
            case Expr.Bytes bytes -> bytes.automaton().isEmpty() ? Optional.empty() : Optional.of(bytes);
            case Expr.Token token -> Optional.of(token);
        };
    }

    private Expr trimmed(Expr.Unordered left, boolean[] productive) {
        return new Expr.Unordered(
                left.named().stream()
                        .map(part -> new Expr.Named(
                                part.name(), trim(part.rest(), productive).orElseThrow(), part.required()))
                        .toList(),
                left.others().flatMap(part -> trim(part, productive)),
                trim(left.separator(), productive).orElse(Expr.empty()),
                left.min(),
                left.max());
    }

    private static Optional<Expr> repeat(Expr.Repeat repeat, Optional<Expr> body) {
        if (body.isEmpty()) {
            return repeat.min() == 0 ? Optional.of(Expr.empty()) : Optional.empty();
        }
        return Optional.of(new Expr.Repeat(body.get(), repeat.min(), repeat.max()));
    }

    private List<Expr> all(List<Expr> parts, boolean[] productive) {
        return parts.stream().flatMap(part -> trim(part, productive).stream()).toList();
    }
}
