package io.baseload.chat.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An expression of a template. */
sealed interface Expr {
    record Literal(Value value) implements Expr {}

    record Name(String name) implements Expr {}

    record ListOf(List<Expr> items) implements Expr {}

    record TupleOf(List<Expr> items) implements Expr {}

    record DictOf(List<Pair> pairs) implements Expr {}

    record Pair(Expr key, Expr value) {}

    record Unary(String operator, Expr operand) implements Expr {}

    record Binary(String operator, Expr left, Expr right) implements Expr {}

    /** {@code a ~ b ~ c}. */
    record Concat(List<Expr> parts) implements Expr {}

    record And(Expr left, Expr right) implements Expr {}

    record Or(Expr left, Expr right) implements Expr {}

    record Not(Expr operand) implements Expr {}

    /** {@code first < a <= b in c}. */
    record Compare(Expr first, List<Comparison> rest) implements Expr {}

    record Comparison(String operator, Expr operand) {}

    record Conditional(Expr condition, Expr then, Optional<Expr> otherwise) implements Expr {}

    record Attribute(Expr object, String name) implements Expr {}

    record Item(Expr object, Expr key) implements Expr {}

    record Slice(Expr object, Optional<Expr> start, Optional<Expr> stop, Optional<Expr> step) implements Expr {}

    record Call(Expr callee, Args args) implements Expr {}

    record Filter(Expr input, String name, Args args) implements Expr {}

    record Test(Expr input, String name, Args args) implements Expr {}

    /** {@code (a, *rest, k=v, **more)}. */
    record Args(List<Expr> positional, Map<String, Expr> named, Optional<Expr> list, Optional<Expr> dict) {
        static final Args NONE = new Args(List.of(), Map.of(), Optional.empty(), Optional.empty());

        boolean isEmpty() {
            return positional.isEmpty() && named.isEmpty() && list.isEmpty() && dict.isEmpty();
        }
    }
}
