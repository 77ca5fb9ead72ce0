package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolSet;
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
import io.baseload.chat.tools.CallGrammar;
import io.baseload.engine.api.CacheScope;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What answers are held to: formats, forced calls and the schemas of strict tools, compiled for a model's vocabulary. The last ones are kept, for each scope its own, so that nobody can tell
 * by the time that it takes what others ask for. They are compiled one at a time, so that large schemas take no more than one core.
 */
final class Constraints {
    private static final int MOST_KEPT = 32;
    private static final String ANY_OBJECT = "{\"type\":\"object\"}";

    private final Tokenizer tokenizer;
    private final LinkedHashMap<Key, Constraint> kept = new LinkedHashMap<>(16, 0.75f, true);
    private @Nullable TokenTable tokens;

    Constraints(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** @param thinking whether the prompt has begun the model's reasoning */
    private record Key(CacheScope scope, OutputFormat format, ToolSet tools, boolean chat, boolean thinking) {}

    /**
     * What an answer to the prompt is held to, if anything.
     *
     * @throws InvalidRequestException if that can't be enforced
     */
    synchronized Optional<Constraint> of(CompletionRequest request, Prompt prompt) {
        boolean free = request.format() instanceof OutputFormat.Text;
        if (free && !request.tools().forced() && !request.tools().strict()) {
            return Optional.empty();
        }
        var key = new Key(
                request.scope(),
                request.format(),
                request.tools(),
                request.input() instanceof Input.Chat,
                prompt.format().thinksAfter(prompt.text()));
        Constraint constraint = kept.get(key);
        if (constraint == null) {
            constraint = compile(key, prompt);
            kept.put(key, constraint);
            if (kept.size() > MOST_KEPT) {
                kept.pollFirstEntry();
            }
        }
        return Optional.of(constraint);
    }

    private Constraint compile(Key key, Prompt prompt) {
        try {
            TokenTable table = table();
            return Constraint.compile(grammar(key, prompt, table), table);
        } catch (GrammarException e) {
            throw refusal(key, e);
        }
    }

    private TokenTable table() {
        if (tokens == null) {
            tokens = new TokenTable(tokenizer);
        }
        return tokens;
    }

    private Grammar grammar(Key key, Prompt prompt, TokenTable table) {
        var grammar = new Grammar.Builder();
        Expr.Rule root = grammar.declare("root");
        var calls = new CallGrammar(prompt.format(), this::special, table.writable(), grammar);
        Expr answer = answer(key, calls, table, grammar);
        grammar.define(root, key.chat ? Expr.sequence(space(), calls.reasoning(prompt.text()), answer) : answer);
        return grammar.build();
    }

    private Expr answer(Key key, CallGrammar calls, TokenTable table, Grammar.Builder grammar) {
        if (key.tools.forced()) {
            return calls.calls(key.tools);
        }
        if (key.format instanceof OutputFormat.Text) {
            return calls.textAndCalls(key.tools);
        }
        Expr text = calls.text(text(key.format, table, grammar));
        return key.tools.offered() ? Expr.choice(calls.calls(key.tools), text) : text;
    }

    /** Of an answer whose first space is the algorithm's it is taken off again. */
    private Expr space() {
        return tokenizer.startsWithArtificialSpace() ? Expr.optional(Expr.text(" ")) : Expr.empty();
    }

    private Expr text(OutputFormat format, TokenTable table, Grammar.Builder grammar) {
        return switch (format) {
            case OutputFormat.Text text -> throw new IllegalArgumentException("any text needs no grammar");
            case OutputFormat.JsonObject any -> SchemaGrammar.add(ANY_OBJECT, Layout.TIGHT, table.writable(), grammar);
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
        return SchemaGrammar.add(json.schema(), Layout.TIGHT, table.writable(), grammar);
    }

    private OptionalInt token(String text) {
        int[] ids = tokenizer.encode(text);
        return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
    }

    private OptionalInt special(String text) {
        OptionalInt id = token(text);
        return id.isPresent() && tokenizer.isSpecial(id.getAsInt()) ? id : OptionalInt.empty();
    }

    private static InvalidRequestException refusal(Key key, GrammarException e) {
        boolean ofTool = e.place().startsWith("tools[");
        String field = ofTool ? e.place() : field(key.format);
        String problem = ofTool ? e.problem() : e.getMessage();
        return new InvalidRequestException(field, "invalid_value", "Invalid '" + field + "': " + problem + ".");
    }

    private static String field(OutputFormat format) {
        return switch (format) {
            case OutputFormat.Text text -> "tools";
            case OutputFormat.JsonObject any -> "response_format";
            case OutputFormat.JsonSchema json -> json.field();
            case OutputFormat.Regex regex -> regex.field();
            case OutputFormat.Choice choice -> choice.field();
            case OutputFormat.Grammar gbnf -> gbnf.field();
        };
    }
}
