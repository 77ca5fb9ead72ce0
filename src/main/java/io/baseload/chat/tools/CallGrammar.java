package io.baseload.chat.tools;

import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.RegularPart;
import io.baseload.chat.schema.Layout;
import io.baseload.chat.schema.SchemaGrammar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a model has to write so that its answer is calls of tools with valid arguments, and what it may write before: its reasoning. */
public final class CallGrammar {
    private static final int MOST_CALLS = 8;

    private final AnswerFormat format;
    private final Function<String, OptionalInt> tokens;
    private final CodePoints writable;
    private final Grammar.Builder grammar;
    private final List<String> marks;

    /**
     * @param tokens the id of the special token whose text this is
     * @param writable the characters that texts can have
     */
    public CallGrammar(
            AnswerFormat format, Function<String, OptionalInt> tokens, CodePoints writable, Grammar.Builder grammar) {
        this.format = format;
        this.tokens = tokens;
        this.writable = writable;
        this.grammar = grammar;
        this.marks = Stream.concat(
                        Stream.of("<|call|>"),
                        Stream.concat(
                                format.tools().marks().stream(),
                                format.reasoning().map(ReasoningFormat::marks).orElse(List.of()).stream()))
                .filter(mark -> tokens.apply(mark).isPresent())
                .toList();
    }

    /**
     * Calls of tools that may be called: one or, where the request and the model allow it, several.
     *
     * @throws GrammarException if a tool's parameters can't be enforced; its place names them
     */
    public Expr calls(ToolSet tools) {
        CallSyntax syntax = format.tools().syntax();
        List<Expr> calls = new ArrayList<>();
        for (ToolSpec tool : tools.callable()) {
            calls.add(Expr.sequence(
                    written(syntax.beforeName() + tool.name() + syntax.beforeArguments()),
                    arguments(tool, tools.tools().indexOf(tool)),
                    written(syntax.afterArguments())));
        }
        Expr call = grammar.rule("call", new Expr.Choice(calls));
        int more = tools.parallel() && syntax.several() ? MOST_CALLS - 1 : 0;
        Expr others = new Expr.Repeat(Expr.sequence(written(syntax.between()), call), 0, more);
        return Expr.sequence(written(syntax.open()), call, others, written(syntax.close()));
    }

    private Expr arguments(ToolSpec tool, int index) {
        try {
            return SchemaGrammar.add(tool.parameters(), Layout.TIGHT, writable, grammar);
        } catch (GrammarException e) {
            throw new GrammarException("tools[" + index + "].function.parameters", String.valueOf(e.getMessage()));
        }
    }

    /** What comes before an answer: reasoning that the prompt has begun, or that the model may begin. */
    public Expr reasoning(String prompt) {
        if (format.tools() instanceof HarmonyFormat) {
            return Expr.optional(Expr.sequence(
                    written(HarmonyFormat.CHANNEL + "analysis" + HarmonyFormat.MESSAGE),
                    without(HarmonyFormat.END),
                    written(HarmonyFormat.END + HarmonyFormat.START + "assistant")));
        }
        Optional<ReasoningFormat> reasoning = format.reasoning();
        if (reasoning.isEmpty()) {
            return Expr.empty();
        }
        Expr thoughts = Expr.sequence(
                without(reasoning.get().close()),
                written(reasoning.get().close()),
                new Expr.Repeat(Expr.text("\n"), 0, 2));
        return format.thinksAfter(prompt)
                ? thoughts
                : Expr.optional(Expr.sequence(written(reasoning.get().open()), thoughts));
    }

    /** What comes right before a text: nothing, but for models that name a channel. */
    public Expr beforeText() {
        return format.tools() instanceof HarmonyFormat
                ? written(HarmonyFormat.CHANNEL + "final" + HarmonyFormat.MESSAGE)
                : Expr.empty();
    }

    /** Any text that hasn't this in it. */
    private Expr without(String mark) {
        Expr anything = Expr.any(new Expr.Chars(CodePoints.ALL));
        if (tokens.apply(mark).isPresent()) {
            return anything;
        }
        Effort effort = Effort.ofOneSchema();
        RegularPart with = RegularPart.of(Expr.sequence(anything, Expr.text(mark), anything), writable, effort);
        return new Expr.Bytes(
                ByteAutomaton.intersection(List.of(RegularPart.of(anything, writable, effort), with.not()), effort));
    }

    /** A text, the marks in it that are special tokens as these. */
    private Expr written(String text) {
        List<Expr> parts = new ArrayList<>();
        int at = 0;
        int plain = 0;
        while (at < text.length()) {
            String mark = markAt(text, at);
            if (mark.isEmpty()) {
                at++;
                continue;
            }
            parts.add(Expr.text(text.substring(plain, at)));
            parts.add(new Expr.Token(tokens.apply(mark).orElseThrow()));
            at += mark.length();
            plain = at;
        }
        parts.add(Expr.text(text.substring(plain)));
        return new Expr.Sequence(parts);
    }

    private String markAt(String text, int at) {
        return marks.stream()
                .filter(mark -> text.startsWith(mark, at))
                .findFirst()
                .orElse("");
    }
}
