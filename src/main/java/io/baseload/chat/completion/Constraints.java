package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.background.FairExecutor;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.CacheScope;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** The constraints of answers: formats, forced calls and the schemas of strict tools. */
final class Constraints {
    private static final FairExecutor EXECUTOR =
            new FairExecutor("baseload-grammar", "schemas and grammars are being compiled", 16);

    private final ConstraintCompiler compiler;
    private final KeptConstraints kept = new KeptConstraints(EXECUTOR);

    Constraints(Tokenizer tokenizer) {
        this.compiler = new ConstraintCompiler(tokenizer);
    }

    /**
     * The constraint of an answer to the prompt, if any.
     *
     * @throws InvalidRequestException if it can't be enforced
     * @throws io.baseload.engine.api.OverloadedException if too much is being compiled for the same scope
     */
    Optional<Constraint> of(CompletionRequest request, CacheScope scope, Prompt prompt) {
        boolean free = request.format() instanceof OutputFormat.Text;
        if (free && !request.tools().forced() && !request.tools().strict()) {
            return Optional.empty();
        }
        var key = new ConstraintKey(
                scope,
                request.format(),
                request.tools(),
                request.input() instanceof Input.Chat,
                prompt.format().thinksAfter(prompt.text()));
        try {
            return Optional.of(
                    kept.get(key, () -> compiler.compile(key, prompt)).join());
        } catch (CompletionException e) {
            if (e.getCause() instanceof GrammarException refused) {
                throw refusal(request.format(), refused);
            }
            throw e;
        }
    }

    /** The constraint can't be enforced, or not any further. */
    static InvalidRequestException refusal(OutputFormat format, GrammarException e) {
        boolean ofTool = e.place().startsWith("tools[");
        String field = ofTool ? e.place() : field(format);
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
