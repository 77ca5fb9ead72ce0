package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.MemberAccess;
import io.baseload.chat.python.Operators;
import io.baseload.chat.python.PythonNumbers;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.python.Texts;
import io.baseload.chat.python.Truth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Evaluates expressions. */
final class Evaluator {
    private final Rendering rendering;

    Evaluator(Rendering rendering) {
        this.rendering = rendering;
    }

    PythonValue evaluate(Expression expression, Scope scope) {
        rendering.budget.enter();
        PythonValue value = switch (expression) {
            case Expression.Literal e -> e.value();
            case Expression.Name e -> scope.get(e.name());
            case Expression.ListOf e -> rendering.list(all(e.items(), scope));
            case Expression.TupleOf e ->
                new PythonValue.Sequence(PythonValue.Sequence.Form.TUPLE, all(e.items(), scope));
            case Expression.DictOf e -> dict(e, scope);
            case Expression.Unary e -> unary(e.operator(), evaluate(e.operand(), scope));
            case Expression.Binary e ->
                Operators.binary(e.operator(), evaluate(e.left(), scope), evaluate(e.right(), scope), rendering);
            case Expression.Concat e -> concat(e, scope);
            case Expression.And e -> and(e, scope);
            case Expression.Or e -> or(e, scope);
            case Expression.Not e -> PythonValue.Bool.of(!Truth.of(evaluate(e.operand(), scope)));
            case Expression.Compare e -> compare(e, scope);
            case Expression.Conditional e -> conditional(e, scope);
            case Expression.Attribute e -> MemberAccess.attribute(evaluate(e.object(), scope), e.name(), rendering);
            case Expression.Item e ->
                MemberAccess.item(evaluate(e.object(), scope), evaluate(e.key(), scope), rendering);
            case Expression.Slice e -> slice(e, scope);
            case Expression.Call e -> call(evaluate(e.callee(), scope), arguments(e.args(), scope));
            case Expression.Filter e ->
                Filters.apply(e.name(), rendering, evaluate(e.input(), scope), arguments(e.args(), scope));
            case Expression.Test e ->
                PythonValue.Bool.of(
                        Tests.apply(e.name(), rendering, evaluate(e.input(), scope), arguments(e.args(), scope)));
        };
        rendering.budget.leave();
        return value;
    }

    PythonValue call(PythonValue callee, Arguments arguments) {
        return switch (callee) {
            case PythonValue.Function f -> f.body().call(arguments);
            case PythonValue.Undefined u -> throw u.failure();
            default -> throw new TemplateException("'" + callee.type() + "' object is not callable");
        };
    }

    private List<PythonValue> all(List<Expression> expressions, Scope scope) {
        List<PythonValue> values = new ArrayList<>(expressions.size());
        for (Expression e : expressions) {
            values.add(evaluate(e, scope));
        }
        return Collections.unmodifiableList(values);
    }

    private PythonValue dict(Expression.DictOf expression, Scope scope) {
        Map<PythonValue, PythonValue.Dict.Entry> entries = new LinkedHashMap<>();
        for (Expression.Pair pair : expression.pairs()) {
            rendering.put(entries, evaluate(pair.key(), scope), evaluate(pair.value(), scope));
        }
        return new PythonValue.Dict(entries);
    }

    private static PythonValue unary(String operator, PythonValue value) {
        if (value instanceof PythonValue.Undefined u) {
            throw u.failure();
        }
        PythonValue negated = PythonNumbers.negate(value);
        return operator.equals("-") ? negated : PythonNumbers.negate(negated);
    }

    private PythonValue concat(Expression.Concat expression, Scope scope) {
        StringBuilder out = new StringBuilder();
        for (Expression part : expression.parts()) {
            String text = rendering.printer.str(evaluate(part, scope));
            rendering.budget.block(text.length());
            out.append(text);
        }
        return new PythonValue.Text(out.toString());
    }

    private PythonValue and(Expression.And e, Scope scope) {
        PythonValue left = evaluate(e.left(), scope);
        return Truth.of(left) ? evaluate(e.right(), scope) : left;
    }

    private PythonValue or(Expression.Or e, Scope scope) {
        PythonValue left = evaluate(e.left(), scope);
        return Truth.of(left) ? left : evaluate(e.right(), scope);
    }

    private PythonValue conditional(Expression.Conditional e, Scope scope) {
        if (Truth.of(evaluate(e.condition(), scope))) {
            return evaluate(e.then(), scope);
        }
        return e.otherwise()
                .map(otherwise -> evaluate(otherwise, scope))
                .orElseGet(() -> new PythonValue.Undefined(
                        "the inline if-expression evaluated to false and no else section was defined"));
    }

    private PythonValue compare(Expression.Compare e, Scope scope) {
        PythonValue left = evaluate(e.first(), scope);
        for (Expression.Comparison comparison : e.rest()) {
            PythonValue right = evaluate(comparison.operand(), scope);
            if (!Operators.compare(comparison.operator(), left, right, rendering.comparisons)) {
                return PythonValue.Bool.FALSE;
            }
            left = right;
        }
        return PythonValue.Bool.TRUE;
    }

    private PythonValue slice(Expression.Slice e, Scope scope) {
        PythonValue object = evaluate(e.object(), scope);
        return MemberAccess.slice(
                object, bound(e.start(), scope), bound(e.stop(), scope), bound(e.step(), scope), rendering);
    }

    private Optional<Integer> bound(Optional<Expression> expression, Scope scope) {
        return expression
                .map(e -> evaluate(e, scope))
                .filter(v -> !(v instanceof PythonValue.None))
                .map(PythonNumbers::index);
    }

    private Arguments arguments(Expression.Args args, Scope scope) {
        if (args.isEmpty()) {
            return Arguments.NONE;
        }
        List<PythonValue> positional = new ArrayList<>(all(args.positional(), scope));
        args.list().ifPresent(e -> positional.addAll(rendering.iterate(evaluate(e, scope))));
        Map<String, PythonValue> named = new LinkedHashMap<>();
        args.named().forEach((name, e) -> named.put(name, evaluate(e, scope)));
        args.dict().ifPresent(e -> addNamed(evaluate(e, scope), named));
        return new Arguments(Collections.unmodifiableList(positional), named);
    }

    private void addNamed(PythonValue value, Map<String, PythonValue> named) {
        if (!(value instanceof PythonValue.Dict dict)) {
            throw new TemplateException("argument after ** must be a mapping, not " + value.type());
        }
        dict.entries().values().forEach(e -> named.put(Texts.require(e.key()), e.value()));
    }
}
