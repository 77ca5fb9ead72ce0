package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes expressions. */
final class Evaluator {
    private final Rendering rendering;

    Evaluator(Rendering rendering) {
        this.rendering = rendering;
    }

    Value evaluate(Expr expression, Scope scope) {
        rendering.budget.enter();
        Value value = switch (expression) {
            case Expr.Literal e -> e.value();
            case Expr.Name e -> scope.get(e.name());
            case Expr.ListOf e -> rendering.list(all(e.items(), scope));
            case Expr.TupleOf e -> new Value.Sequence(Value.Sequence.Form.TUPLE, all(e.items(), scope));
            case Expr.DictOf e -> dict(e, scope);
            case Expr.Unary e -> unary(e.operator(), evaluate(e.operand(), scope));
            case Expr.Binary e ->
                Operators.binary(e.operator(), evaluate(e.left(), scope), evaluate(e.right(), scope), rendering);
            case Expr.Concat e -> concat(e, scope);
            case Expr.And e -> and(e, scope);
            case Expr.Or e -> or(e, scope);
            case Expr.Not e -> Value.Bool.of(!Truth.of(evaluate(e.operand(), scope)));
            case Expr.Compare e -> compare(e, scope);
            case Expr.Conditional e -> conditional(e, scope);
            case Expr.Attribute e -> Lookup.attribute(evaluate(e.object(), scope), e.name(), rendering);
            case Expr.Item e -> Lookup.item(evaluate(e.object(), scope), evaluate(e.key(), scope), rendering);
            case Expr.Slice e -> slice(e, scope);
            case Expr.Call e -> call(evaluate(e.callee(), scope), arguments(e.args(), scope));
            case Expr.Filter e ->
                Filters.apply(e.name(), rendering, evaluate(e.input(), scope), arguments(e.args(), scope));
            case Expr.Test e ->
                Value.Bool.of(Tests.apply(e.name(), rendering, evaluate(e.input(), scope), arguments(e.args(), scope)));
        };
        rendering.budget.leave();
        return value;
    }

    Value call(Value callee, Arguments arguments) {
        return switch (callee) {
            case Value.Function f -> f.body().call(arguments);
            case Value.Undefined u -> throw u.failure();
            default -> throw new TemplateException("'" + callee.type() + "' object is not callable");
        };
    }

    private List<Value> all(List<Expr> expressions, Scope scope) {
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expr e : expressions) {
            values.add(evaluate(e, scope));
        }
        return Collections.unmodifiableList(values);
    }

    private Value dict(Expr.DictOf expression, Scope scope) {
        Map<Value, Value.Dict.Entry> entries = new LinkedHashMap<>();
        for (Expr.Pair pair : expression.pairs()) {
            rendering.put(entries, evaluate(pair.key(), scope), evaluate(pair.value(), scope));
        }
        return new Value.Dict(entries);
    }

    private static Value unary(String operator, Value value) {
        if (value instanceof Value.Undefined u) {
            throw u.failure();
        }
        Value negated = Numbers.negate(value);
        return operator.equals("-") ? negated : Numbers.negate(negated);
    }

    private Value concat(Expr.Concat expression, Scope scope) {
        StringBuilder out = new StringBuilder();
        for (Expr part : expression.parts()) {
            String text = rendering.printer.str(evaluate(part, scope));
            rendering.budget.block(text.length());
            out.append(text);
        }
        return new Value.Text(out.toString());
    }

    private Value and(Expr.And e, Scope scope) {
        Value left = evaluate(e.left(), scope);
        return Truth.of(left) ? evaluate(e.right(), scope) : left;
    }

    private Value or(Expr.Or e, Scope scope) {
        Value left = evaluate(e.left(), scope);
        return Truth.of(left) ? left : evaluate(e.right(), scope);
    }

    private Value conditional(Expr.Conditional e, Scope scope) {
        if (Truth.of(evaluate(e.condition(), scope))) {
            return evaluate(e.then(), scope);
        }
        return e.otherwise()
                .map(otherwise -> evaluate(otherwise, scope))
                .orElseGet(() -> new Value.Undefined(
                        "the inline if-expression evaluated to false and no else section was defined"));
    }

    private Value compare(Expr.Compare e, Scope scope) {
        Value left = evaluate(e.first(), scope);
        for (Expr.Comparison comparison : e.rest()) {
            Value right = evaluate(comparison.operand(), scope);
            if (!Operators.compare(comparison.operator(), left, right, rendering.comparisons)) {
                return Value.Bool.FALSE;
            }
            left = right;
        }
        return Value.Bool.TRUE;
    }

    private Value slice(Expr.Slice e, Scope scope) {
        Value object = evaluate(e.object(), scope);
        return Lookup.slice(object, bound(e.start(), scope), bound(e.stop(), scope), bound(e.step(), scope), rendering);
    }

    private Optional<Integer> bound(Optional<Expr> expression, Scope scope) {
        return expression
                .map(e -> evaluate(e, scope))
                .filter(v -> !(v instanceof Value.None))
                .map(Numbers::index);
    }

    private Arguments arguments(Expr.Args args, Scope scope) {
        if (args.isEmpty()) {
            return Arguments.NONE;
        }
        List<Value> positional = new ArrayList<>(all(args.positional(), scope));
        args.list().ifPresent(e -> positional.addAll(rendering.iterate(evaluate(e, scope))));
        Map<String, Value> named = new LinkedHashMap<>();
        args.named().forEach((name, e) -> named.put(name, evaluate(e, scope)));
        args.dict().ifPresent(e -> addNamed(evaluate(e, scope), named));
        return new Arguments(Collections.unmodifiableList(positional), named);
    }

    private void addNamed(Value value, Map<String, Value> named) {
        if (!(value instanceof Value.Dict dict)) {
            throw new TemplateException("argument after ** must be a mapping, not " + value.type());
        }
        dict.entries().values().forEach(e -> named.put(Texts.require(e.key()), e.value()));
    }
}
