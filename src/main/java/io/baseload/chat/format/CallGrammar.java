package io.baseload.chat.format;

import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.schema.Layout;
import io.baseload.chat.schema.SchemaGrammar;
import io.baseload.chat.schema.StrictSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The grammar of answers whose tool calls have valid arguments, including the reasoning and text that may come before or instead of them. */
public final class CallGrammar {
    private static final int MAX_CALLS = 8;
    private static final Expr BLANKS = new Expr.Repeat(new Expr.Chars(CodePoints.of(" \n\t")), 0, 8);

    private final AnswerFormat format;
    private final CodePoints writable;
    private final Grammar.Builder grammar;
    private final MarkedText text;

    /** The rules of arguments by schema, because some occur at several places. */
    private final Map<String, Expr> objects = new HashMap<>();

    /**
     * @param tokens the id of the special token with a text
     * @param writable the characters that the vocabulary can write
     */
    public CallGrammar(
            AnswerFormat format, Function<String, OptionalInt> tokens, CodePoints writable, Grammar.Builder grammar) {
        this.format = format;
        this.writable = writable;
        this.grammar = grammar;
        Stream<String> thoughts = format.reasoning().map(ReasoningFormat::marks).orElse(List.of()).stream();
        List<String> marks = Stream.of(Stream.of("<|call|>"), format.tools().marks().stream(), thoughts)
                .flatMap(all -> all)
                .toList();
        this.text = new MarkedText(marks, tokens, writable);
    }

    /**
     * Calls of callable tools with valid arguments: one or, if the request and the model allow it, several.
     *
     * @throws GrammarException if a tool's parameters can't be enforced; names their place
     */
    public Expr calls(ToolSet tools) {
        return calls(tools, tool -> true);
    }

    /**
     * Text, calls, or both: calls of strict tools with valid arguments, calls of others with any object.
     *
     * @throws GrammarException as {@link #calls}
     */
    public Expr textAndCalls(ToolSet tools) {
        Expr calls = calls(tools, ToolSpec::strict);
        return switch (format.tools()) {
            case HarmonyFormat harmony -> {
                Expr any = text.all(text.lacking(HarmonyFormat.ENDS));
                Expr preamble = Expr.sequence(
                        text.written(HarmonyFormat.CHANNEL + "commentary" + HarmonyFormat.MESSAGE),
                        any,
                        text.written(HarmonyFormat.END + HarmonyFormat.START + "assistant"));
                yield Expr.choice(text(any), Expr.sequence(Expr.optional(preamble), calls));
            }
            case CallFormat calling -> {
                Expr answer = textAndCalls(calling, tools, calls);
                yield calling.bare() ? Expr.choice(answer, bareCall(tools)) : answer;
            }
        };
    }

    private Expr textAndCalls(CallFormat calling, ToolSet tools, Expr calls) {
        List<ToolSpec> strict =
                tools.callable().stream().filter(ToolSpec::strict).toList();
        Expr free = FreeText.of(calling, format.reasoning(), strict, text);
        String begin = calling.syntax().open() + calling.syntax().beforeName();
        boolean hasMark = calling.startMarks().stream().anyMatch(begin::startsWith);
        String mark = hasMark ? "" : calling.startMarks().getFirst();
        return Expr.sequence(text(free), Expr.optional(Expr.sequence(text.written(mark), calls)));
    }

    /** One call as a JSON object with free white space. */
    private Expr bareCall(ToolSet tools) {
        List<Expr> calls = new ArrayList<>();
        for (ToolSpec tool : tools.callable()) {
            calls.add(Expr.sequence(
                    token("\"name\""),
                    token(":"),
                    token("\"" + tool.name() + "\""),
                    token(","),
                    Expr.choice(token("\"arguments\""), token("\"parameters\"")),
                    token(":"),
                    arguments(tool, tools, tool.strict()),
                    BLANKS));
        }
        return Expr.sequence(BLANKS, token("{"), new Expr.Choice(calls), Expr.text("}"));
    }

    private static Expr token(String text) {
        return Expr.sequence(Expr.text(text), BLANKS);
    }

    private Expr calls(ToolSet tools, Predicate<ToolSpec> held) {
        CallSyntax syntax = format.tools().syntax();
        List<Expr> calls = new ArrayList<>();
        for (ToolSpec tool : tools.callable()) {
            calls.add(Expr.sequence(
                    text.written(syntax.beforeName() + tool.name() + syntax.beforeArguments()),
                    arguments(tool, tools, held.test(tool)),
                    text.written(syntax.afterArguments())));
        }
        Expr call = grammar.rule("call", new Expr.Choice(calls));
        int more = tools.parallel() && syntax.several() ? MAX_CALLS - 1 : 0;
        Expr others = new Expr.Repeat(Expr.sequence(text.written(syntax.between()), call), 0, more);
        return Expr.sequence(text.written(syntax.open()), call, others, text.written(syntax.close()));
    }

    private Expr arguments(ToolSpec tool, ToolSet tools, boolean held) {
        try {
            if (tool.strict()) {
                StrictSchema.check(tool.parameters());
            }
            return objects.computeIfAbsent(
                    held ? tool.parameters() : SchemaGrammar.ANY_OBJECT,
                    schema -> held ? arguments(schema) : anyArguments());
        } catch (GrammarException e) {
            int index = tools.tools().indexOf(tool);
            throw new GrammarException("tools[" + index + "].function.parameters", String.valueOf(e.getMessage()));
        }
    }

    private Expr arguments(String schema) {
        return format.tools()
                .syntax()
                .parameters()
                .<Expr>map(
                        syntax -> SchemaGrammar.addMembers(schema, parameters(syntax), Layout.TIGHT, writable, grammar))
                .orElseGet(() -> SchemaGrammar.addObjects(schema, Layout.TIGHT, writable, grammar));
    }

    private Expr anyArguments() {
        return format.tools()
                .syntax()
                .parameters()
                .filter(syntax -> syntax.values() == ParameterSyntax.Values.TEXTS)
                .map(syntax -> parameters(syntax).any())
                .orElseGet(() -> arguments(SchemaGrammar.ANY_OBJECT));
    }

    private ParameterGrammar parameters(ParameterSyntax syntax) {
        return new ParameterGrammar(syntax, format.tools().syntax().linesAfterValue(Stream.of("")), text);
    }

    /** The part before an answer: reasoning that the prompt has begun, or that the model may begin. */
    public Expr reasoning(String prompt) {
        if (format.tools() instanceof HarmonyFormat) {
            return Expr.optional(Expr.sequence(
                    text.written(HarmonyFormat.CHANNEL + "analysis" + HarmonyFormat.MESSAGE),
                    text.all(text.lacking(HarmonyFormat.ENDS)),
                    text.written(HarmonyFormat.END + HarmonyFormat.START + "assistant")));
        }
        Optional<ReasoningFormat> reasoning = format.reasoning();
        if (reasoning.isEmpty()) {
            return Expr.empty();
        }
        Expr thoughts = Expr.sequence(
                text.all(text.lacking(List.of(reasoning.get().close()))),
                text.written(reasoning.get().close()),
                new Expr.Repeat(Expr.text("\n"), 0, 2));
        return format.thinksAfter(prompt)
                ? thoughts
                : Expr.optional(Expr.sequence(text.written(reasoning.get().open()), thoughts));
    }

    /** An answer that is a text; in models with channels or marks for it, including these. */
    public Expr text(Expr answer) {
        if (format.tools() instanceof HarmonyFormat) {
            return Expr.sequence(text.written(HarmonyFormat.CHANNEL + "final" + HarmonyFormat.MESSAGE), answer);
        }
        List<String> wrappers =
                format.reasoning().map(ReasoningFormat::wrappers).orElse(List.of());
        return wrappers.isEmpty()
                ? answer
                : Expr.sequence(
                        Expr.optional(text.written(wrappers.getFirst())),
                        answer,
                        Expr.optional(text.written(wrappers.getLast())));
    }
}
