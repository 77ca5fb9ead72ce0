package io.baseload.chat.completion;

import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.format.AnswerFormat;
import io.baseload.chat.format.CallGrammar;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Gbnf;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.RegularExpression;
import io.baseload.chat.grammar.TokenTable;
import io.baseload.chat.schema.Layout;
import io.baseload.chat.schema.SchemaGrammar;
import io.baseload.chat.schema.StrictSchema;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Background;
import io.baseload.engine.api.CacheScope;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** Compiles formats, forced calls and the schemas of strict tools for a model's vocabulary. */
final class ConstraintCompiler {
    /** A typical schema. */
    private static final String USUAL = """
        {"type": "object", "required": ["s", "e", "i", "n", "a"], "additionalProperties": false, "properties": {
            "s": {"type": "string"},
            "e": {"enum": ["x", "y"]},
            "i": {"type": "integer", "minimum": 0, "maximum": 100},
            "n": {"type": ["number", "null"]},
            "a": {"type": "array", "items": {"type": "boolean"}, "maxItems": 5}}}\
        """;

    private final Tokenizer tokenizer;
    private final CompletableFuture<TokenTable> tokens = new CompletableFuture<>();

    /** Prepares in the background the parts that no request should have to wait for: the vocabulary's table, and a typical grammar, which loads and compiles the necessary code. */
    ConstraintCompiler(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        Background.start("baseload-vocabulary", this::begin, () -> {});
    }

    private void begin() {
        tokens.completeAsync(() -> new TokenTable(tokenizer), Runnable::run);
        warmUp();
    }

    private void warmUp() {
        var tool = new ToolSpec("warm_up", "", USUAL, true);
        var tools = new ToolSet(List.of(tool), ToolChoice.Mode.AUTO, false);
        var key = new ConstraintKey(CacheScope.PRIVATE, OutputFormat.text(), tools, true, false);
        compile(key, new Prompt(new int[0], "", AnswerFormat.PLAIN));
    }

    /**
     * The constraint of a model's answer to the prompt.
     *
     * @throws GrammarException if it can't be enforced
     */
    Constraint compile(ConstraintKey key, Prompt prompt) {
        TokenTable table = tokens.join();
        return Constraint.compile(grammar(key, prompt, table), table);
    }

    private Grammar grammar(ConstraintKey key, Prompt prompt, TokenTable table) {
        var grammar = new Grammar.Builder();
        Expr.Rule root = grammar.declare("root");
        var calls = new CallGrammar(prompt.format(), this::special, table.writable(), grammar);
        Expr answer = answer(key, calls, table, grammar);
        grammar.define(root, key.chat() ? Expr.sequence(space(), calls.reasoning(prompt.text()), answer) : answer);
        return grammar.build();
    }

    private Expr answer(ConstraintKey key, CallGrammar calls, TokenTable table, Grammar.Builder grammar) {
        if (key.tools().forced()) {
            return calls.calls(key.tools());
        }
        if (key.format() instanceof OutputFormat.Text) {
            return calls.textAndCalls(key.tools());
        }
        Expr text = calls.text(text(key.format(), table, grammar));
        return key.tools().offered() ? Expr.choice(calls.calls(key.tools()), text) : text;
    }

    /** If the tokenizer adds a first space to an answer, it is removed again. */
    private Expr space() {
        return tokenizer.startsWithArtificialSpace() ? Expr.optional(Expr.text(" ")) : Expr.empty();
    }

    private Expr text(OutputFormat format, TokenTable table, Grammar.Builder grammar) {
        return switch (format) {
            case OutputFormat.Text text -> throw new IllegalArgumentException("any text needs no grammar");
            case OutputFormat.JsonObject any ->
                SchemaGrammar.add(SchemaGrammar.ANY_OBJECT, Layout.TIGHT, table.writable(), grammar);
            case OutputFormat.JsonSchema json -> schema(json, table, grammar);
            case OutputFormat.Regex regex -> RegularExpression.whole(regex.expression());
            case OutputFormat.Choice choice ->
                new Expr.Choice(choice.texts().stream().map(Expr::text).toList());
            case OutputFormat.Grammar gbnf -> Gbnf.add(gbnf.gbnf(), this::token, grammar);
        };
    }

    private static Expr schema(OutputFormat.JsonSchema json, TokenTable table, Grammar.Builder grammar) {
        if (json.strict()) {
            StrictSchema.check(json.schema());
        }
        return SchemaGrammar.add(json.schema(), json.open() ? Layout.OPEN : Layout.TIGHT, table.writable(), grammar);
    }

    private OptionalInt token(String text) {
        int[] ids = tokenizer.encode(text);
        return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
    }

    private OptionalInt special(String text) {
        OptionalInt id = token(text);
        return id.isPresent() && tokenizer.isSpecial(id.getAsInt()) ? id : OptionalInt.empty();
    }
}
