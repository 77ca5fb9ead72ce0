package io.baseload.chat.template;

import io.baseload.chat.python.PythonValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An expression of a template. */
sealed interface Expression {
    record Literal(PythonValue value) implements Expression {}

    record Name(String name) implements Expression {}

    record ListOf(List<Expression> items) implements Expression {}

    record TupleOf(List<Expression> items) implements Expression {}

    record DictOf(List<Pair> pairs) implements Expression {}

    record Pair(Expression key, Expression value) {}

    record Unary(String operator, Expression operand) implements Expression {}

    record Binary(String operator, Expression left, Expression right) implements Expression {}

    /** {@code a ~ b ~ c}. */
    record Concat(List<Expression> parts) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    record Not(Expression operand) implements Expression {}

    /** {@code first < a <= b in c}. */
    record Compare(Expression first, List<Comparison> rest) implements Expression {}

    record Comparison(String operator, Expression operand) {}

    record Conditional(Expression condition, Expression then, Optional<Expression> otherwise) implements Expression {}

    record Attribute(Expression object, String name) implements Expression {}

    record Item(Expression object, Expression key) implements Expression {}

    record Slice(Expression object, Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step)
            implements Expression {}

    record Call(Expression callee, Args args) implements Expression {}

    record Filter(Expression input, String name, Args args) implements Expression {}

    record Test(Expression input, String name, Args args) implements Expression {}

    /** {@code (a, *rest, k=v, **more)}. */
    record Args(
            List<Expression> positional,
            Map<String, Expression> named,
            Optional<Expression> list,
            Optional<Expression> dict) {
        static final Args NONE = new Args(List.of(), Map.of(), Optional.empty(), Optional.empty());

        boolean isEmpty() {
            return positional.isEmpty() && named.isEmpty() && list.isEmpty() && dict.isEmpty();
        }
    }
}
