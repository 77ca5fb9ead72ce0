package io.baseload.chat.template;

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

    TemplateValue evaluate(Expression expression, Scope scope) {
        rendering.budget.enter();
        TemplateValue value = switch (expression) {
            case Expression.Literal e -> e.value();
            case Expression.Name e -> scope.get(e.name());
            case Expression.ListOf e -> rendering.list(all(e.items(), scope));
            case Expression.TupleOf e ->
                new TemplateValue.Sequence(TemplateValue.Sequence.Form.TUPLE, all(e.items(), scope));
            case Expression.DictOf e -> dict(e, scope);
            case Expression.Unary e -> unary(e.operator(), evaluate(e.operand(), scope));
            case Expression.Binary e ->
                Operators.binary(e.operator(), evaluate(e.left(), scope), evaluate(e.right(), scope), rendering);
            case Expression.Concat e -> concat(e, scope);
            case Expression.And e -> and(e, scope);
            case Expression.Or e -> or(e, scope);
            case Expression.Not e -> TemplateValue.Bool.of(!Truth.of(evaluate(e.operand(), scope)));
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
                TemplateValue.Bool.of(
                        Tests.apply(e.name(), rendering, evaluate(e.input(), scope), arguments(e.args(), scope)));
        };
        rendering.budget.leave();
        return value;
    }

    TemplateValue call(TemplateValue callee, Arguments arguments) {
        return switch (callee) {
            case TemplateValue.Function f -> f.body().call(arguments);
            case TemplateValue.Undefined u -> throw u.failure();
            default -> throw new TemplateException("'" + callee.type() + "' object is not callable");
        };
    }

    private List<TemplateValue> all(List<Expression> expressions, Scope scope) {
        List<TemplateValue> values = new ArrayList<>(expressions.size());
        for (Expression e : expressions) {
            values.add(evaluate(e, scope));
        }
        return Collections.unmodifiableList(values);
    }

    private TemplateValue dict(Expression.DictOf expression, Scope scope) {
        Map<TemplateValue, TemplateValue.Dict.Entry> entries = new LinkedHashMap<>();
        for (Expression.Pair pair : expression.pairs()) {
            rendering.put(entries, evaluate(pair.key(), scope), evaluate(pair.value(), scope));
        }
        return new TemplateValue.Dict(entries);
    }

    private static TemplateValue unary(String operator, TemplateValue value) {
        if (value instanceof TemplateValue.Undefined u) {
            throw u.failure();
        }
        TemplateValue negated = PythonNumbers.negate(value);
        return operator.equals("-") ? negated : PythonNumbers.negate(negated);
    }

    private TemplateValue concat(Expression.Concat expression, Scope scope) {
        StringBuilder out = new StringBuilder();
        for (Expression part : expression.parts()) {
            String text = rendering.printer.str(evaluate(part, scope));
            rendering.budget.block(text.length());
            out.append(text);
        }
        return new TemplateValue.Text(out.toString());
    }

    private TemplateValue and(Expression.And e, Scope scope) {
        TemplateValue left = evaluate(e.left(), scope);
        return Truth.of(left) ? evaluate(e.right(), scope) : left;
    }

    private TemplateValue or(Expression.Or e, Scope scope) {
        TemplateValue left = evaluate(e.left(), scope);
        return Truth.of(left) ? left : evaluate(e.right(), scope);
    }

    private TemplateValue conditional(Expression.Conditional e, Scope scope) {
        if (Truth.of(evaluate(e.condition(), scope))) {
            return evaluate(e.then(), scope);
        }
        return e.otherwise()
                .map(otherwise -> evaluate(otherwise, scope))
                .orElseGet(() -> new TemplateValue.Undefined(
                        "the inline if-expression evaluated to false and no else section was defined"));
    }

    private TemplateValue compare(Expression.Compare e, Scope scope) {
        TemplateValue left = evaluate(e.first(), scope);
        for (Expression.Comparison comparison : e.rest()) {
            TemplateValue right = evaluate(comparison.operand(), scope);
            if (!Operators.compare(comparison.operator(), left, right, rendering.comparisons)) {
                return TemplateValue.Bool.FALSE;
            }
            left = right;
        }
        return TemplateValue.Bool.TRUE;
    }

    private TemplateValue slice(Expression.Slice e, Scope scope) {
        TemplateValue object = evaluate(e.object(), scope);
        return MemberAccess.slice(
                object, bound(e.start(), scope), bound(e.stop(), scope), bound(e.step(), scope), rendering);
    }

    private Optional<Integer> bound(Optional<Expression> expression, Scope scope) {
        return expression
                .map(e -> evaluate(e, scope))
                .filter(v -> !(v instanceof TemplateValue.None))
                .map(PythonNumbers::index);
    }

    private Arguments arguments(Expression.Args args, Scope scope) {
        if (args.isEmpty()) {
            return Arguments.NONE;
        }
        List<TemplateValue> positional = new ArrayList<>(all(args.positional(), scope));
        args.list().ifPresent(e -> positional.addAll(rendering.iterate(evaluate(e, scope))));
        Map<String, TemplateValue> named = new LinkedHashMap<>();
        args.named().forEach((name, e) -> named.put(name, evaluate(e, scope)));
        args.dict().ifPresent(e -> addNamed(evaluate(e, scope), named));
        return new Arguments(Collections.unmodifiableList(positional), named);
    }

    private void addNamed(TemplateValue value, Map<String, TemplateValue> named) {
        if (!(value instanceof TemplateValue.Dict dict)) {
            throw new TemplateException("argument after ** must be a mapping, not " + value.type());
        }
        dict.entries().values().forEach(e -> named.put(Texts.require(e.key()), e.value()));
    }
}
