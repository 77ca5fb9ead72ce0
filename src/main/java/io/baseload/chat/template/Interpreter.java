package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.python.Texts;
import io.baseload.chat.python.Truth;
import io.baseload.chat.template.Node.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs statements and collects their output. */
final class Interpreter {
    private enum Next {
        GO_ON,
        BREAK,
        CONTINUE
    }

    private final Rendering rendering;
    private final Evaluator evaluator;

    Interpreter(Rendering rendering) {
        this.rendering = rendering;
        this.evaluator = new Evaluator(rendering);
    }

    String render(List<Node> nodes, Scope scope) {
        StringBuilder out = new StringBuilder();
        run(nodes, scope, out);
        return out.toString();
    }

    private Next run(List<Node> nodes, Scope scope, StringBuilder out) {
        for (Node node : nodes) {
            Next next = run(node, scope, out);
            if (next != Next.GO_ON) {
                return next;
            }
        }
        return Next.GO_ON;
    }

    private Next run(Node node, Scope scope, StringBuilder out) {
        rendering.budget.enter();
        Next next = Next.GO_ON;
        switch (node) {
            case Node.Data n -> print(n.text(), out);
            case Node.Print n -> print(rendering.printer.str(evaluator.evaluate(n.value(), scope)), out);
            case Node.If n -> next = ifStatement(n, scope, out);
            case Node.For n -> forStatement(n, evaluator.evaluate(n.items(), scope), scope, out, 1);
            case Node.Set n -> assign(n.target(), evaluator.evaluate(n.value(), scope), scope);
            case Node.SetBlock n -> assign(n.target(), filtered(n.filtered(), n.body(), scope), scope);
            case Node.Macro n -> scope.set(n.name(), macro(n.name(), n.signature(), n.body(), scope));
            case Node.CallBlock n -> print(rendering.printer.str(callBlock(n, scope)), out);
            case Node.FilterBlock n -> print(Texts.require(filtered(n.filtered(), n.body(), scope)), out);
            case Node.With n -> next = with(n, scope, out);
            case Node.Group n -> next = run(n.body(), scope, out);
            case Node.Break n -> next = Next.BREAK;
            case Node.Continue n -> next = Next.CONTINUE;
        }
        rendering.budget.leave();
        return next;
    }

    private void print(String text, StringBuilder out) {
        rendering.budget.block(text.length());
        out.append(text);
    }

    private Next ifStatement(Node.If node, Scope scope, StringBuilder out) {
        for (Node.Branch branch : node.branches()) {
            if (Truth.of(evaluator.evaluate(branch.condition(), scope))) {
                return run(branch.body(), scope, out);
            }
        }
        return run(node.otherwise(), scope, out);
    }

    private void forStatement(Node.For node, PythonValue value, Scope scope, StringBuilder out, int depth) {
        List<PythonValue> items = rendering.iterate(value);
        if (node.filter().isPresent()) {
            items = filter(node, items, scope);
        }
        if (!rounds(node, items, scope, out, depth)) {
            run(node.otherwise(), scope.inner(), out);
        }
    }

    /** Whether an iteration completed; one that breaks or continues does not. */
    private boolean rounds(Node.For node, List<PythonValue> items, Scope scope, StringBuilder out, int depth) {
        Loop loop = new Loop(items, rendering, depth);
        PythonValue seen = node.recursive() ? recursive(node, loop, scope, depth) : loop.value();
        boolean ended = false;
        for (PythonValue item : items) {
            Scope round = scope.inner();
            round.set("loop", seen);
            assign(node.target(), item, round);
            Next next = run(node.body(), round, out);
            ended |= next == Next.GO_ON;
            if (next == Next.BREAK) {
                return ended;
            }
            loop.advance();
        }
        return ended;
    }

    private List<PythonValue> filter(Node.For node, List<PythonValue> items, Scope scope) {
        List<PythonValue> kept = new ArrayList<>();
        for (PythonValue item : items) {
            Scope round = scope.inner();
            assign(node.target(), item, round);
            if (Truth.of(evaluator.evaluate(node.filter().orElseThrow(), round))) {
                kept.add(item);
            }
        }
        return kept;
    }

    private PythonValue recursive(Node.For node, Loop loop, Scope scope, int depth) {
        return new PythonValue.Function(
                loop.toString(),
                arguments -> {
                    StringBuilder out = new StringBuilder();
                    rendering.budget.enter();
                    forStatement(node, arguments.get(0, "iterable"), scope, out, depth + 1);
                    rendering.budget.leave();
                    return new PythonValue.Text(out.toString());
                },
                loop::member);
    }

    private void assign(Target target, PythonValue value, Scope scope) {
        switch (target) {
            case Target.Variable t -> scope.set(t.name(), value);
            case Target.Member t -> assignMember(t, value, scope);
            case Target.Several t -> {
                List<PythonValue> values = rendering.iterate(value);
                if (values.size() != t.targets().size()) {
                    throw new TemplateException(
                            "expected " + t.targets().size() + " values to unpack, got " + values.size());
                }
                for (int i = 0; i < values.size(); i++) {
                    assign(t.targets().get(i), values.get(i), scope);
                }
            }
        }
    }

    private static void assignMember(Target.Member target, PythonValue value, Scope scope) {
        if (!(scope.get(target.object()) instanceof PythonValue.Namespace namespace)) {
            throw new TemplateException("cannot assign attribute on non-namespace object");
        }
        Globals.checkMember(target.name());
        namespace.members().put(target.name(), value);
    }

    private PythonValue filtered(Expression filtered, List<Node> body, Scope scope) {
        Scope inner = scope.inner();
        inner.set(Node.BODY, new PythonValue.Text(render(body, scope.inner())));
        return evaluator.evaluate(filtered, inner);
    }

    private Next with(Node.With node, Scope scope, StringBuilder out) {
        Scope inner = scope.inner();
        for (Node.Assignment assignment : node.assignments()) {
            assign(assignment.target(), evaluator.evaluate(assignment.value(), scope), inner);
        }
        return run(node.body(), inner, out);
    }

    private PythonValue callBlock(Node.CallBlock node, Scope scope) {
        Scope inner = scope.inner();
        PythonValue caller = macro("", node.signature(), node.body(), scope);
        inner.set("caller", caller);
        Expression.Args args = node.call().args();
        Map<String, Expression> named = new LinkedHashMap<>(args.named());
        named.put("caller", new Expression.Name("caller"));
        return evaluator.evaluate(
                new Expression.Call(
                        node.call().callee(), new Expression.Args(args.positional(), named, args.list(), args.dict())),
                inner);
    }

    private PythonValue macro(String name, Node.Signature signature, List<Node> body, Scope definition) {
        return new PythonValue.Function(
                name.isEmpty() ? "<Macro anonymous>" : "<Macro '" + name + "'>",
                arguments -> {
                    rendering.budget.enter();
                    PythonValue text = new PythonValue.Text(render(body, bind(name, signature, arguments, definition)));
                    rendering.budget.leave();
                    return text;
                },
                member -> Optional.ofNullable(
                        switch (member) {
                            case "name" -> new PythonValue.Text(name);
                            case "arguments" -> names(signature);
                            case "caller" -> PythonValue.Bool.of(signature.takesCaller());
                            case "catch_kwargs" -> PythonValue.Bool.of(signature.takesNamed());
                            case "catch_varargs" -> PythonValue.Bool.of(signature.takesMore());
                            default -> null;
                        }));
    }

    private static PythonValue names(Node.Signature signature) {
        return new PythonValue.Sequence(
                PythonValue.Sequence.Form.TUPLE,
                signature.parameters().stream()
                        .map(parameter -> (PythonValue) new PythonValue.Text(parameter.name()))
                        .toList());
    }

    private Scope bind(String name, Node.Signature signature, Arguments arguments, Scope definition) {
        Scope scope = definition.inner();
        Map<String, PythonValue> named = new LinkedHashMap<>(arguments.named());
        int place = 0;
        for (Node.Parameter parameter : signature.parameters()) {
            Optional<PythonValue> given = arguments.find(place, parameter.name());
            if (place >= arguments.positional().size()) {
                named.remove(parameter.name());
            }
            scope.set(parameter.name(), given.orElseGet(() -> absent(parameter, scope)));
            place++;
        }
        bindRest(name, signature, arguments, named, scope);
        return scope;
    }

    private PythonValue absent(Node.Parameter parameter, Scope scope) {
        return parameter
                .defaultValue()
                .map(e -> evaluator.evaluate(e, scope))
                .orElseGet(() -> new PythonValue.Undefined("parameter '" + parameter.name() + "' was not provided"));
    }

    /** A macro accepts additional arguments only if it uses {@code caller}, {@code varargs} or {@code kwargs}. */
    private void bindRest(
            String name, Node.Signature signature, Arguments arguments, Map<String, PythonValue> named, Scope scope) {
        if (signature.takesCaller()) {
            PythonValue caller = named.remove("caller");
            scope.set("caller", caller != null ? caller : new PythonValue.Undefined("No caller defined"));
        }
        int count = signature.parameters().size();
        int given = arguments.positional().size();
        if (given > count && !signature.takesMore()) {
            throw new TemplateException("macro '" + name + "' takes not more than " + count + " argument(s)");
        }
        if (!named.isEmpty() && !signature.takesNamed()) {
            throw new TemplateException("macro '" + name + "' takes no keyword argument '"
                    + named.keySet().iterator().next() + "'");
        }
        List<PythonValue> more = arguments.positional().subList(Math.min(count, given), given);
        scope.set("varargs", new PythonValue.Sequence(PythonValue.Sequence.Form.TUPLE, more));
        Map<PythonValue, PythonValue> rest = new LinkedHashMap<>();
        named.forEach((key, value) -> rest.put(new PythonValue.Text(key), value));
        scope.set("kwargs", rendering.dict(rest));
    }
}
