package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.TokenCodec;
import io.baseload.chat.format.ToolFormat;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.stop.StopTexts;
import io.baseload.chat.template.ChatTemplate;
import io.baseload.chat.template.TemplateSyntaxException;
import io.baseload.chat.tokenizer.TokenConversion;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A loaded model with its tokenizer and its compiled chat template. */
final class ModelCompletions implements Completions {
    private final LoadedModel model;
    private final Tokenizer tokenizer;
    private final PromptReader prompts;
    private final Constraints constraints;

    private ModelCompletions(LoadedModel model, Tokenizer tokenizer, PromptReader prompts) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.prompts = prompts;
        this.constraints = new Constraints(tokenizer);
    }

    static ModelCompletions of(LoadedModel model, Optional<String> chatTemplate, Optional<ToolFormat> tools) {
        try {
            Tokenizer own = Tokenizer.of(model.vocabulary());
            Tokenizer tokenizer = chatTemplate.map(own::withChatTemplate).orElse(own);
            return new ModelCompletions(model, tokenizer, new PromptReader(tokenizer, tools));
        } catch (IllegalArgumentException | TemplateSyntaxException e) {
            throw new ModelFileException(Path.of(model.name()), -1, String.valueOf(e.getMessage()));
        }
    }

    /** Implements {@link Completions#check}. */
    static List<String> check(Vocabulary vocabulary, Path model) {
        Tokenizer tokenizer;
        try {
            tokenizer = Tokenizer.of(vocabulary);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(model, -1, String.valueOf(e.getMessage()));
        }
        try {
            tokenizer.chatTemplates().values().forEach(ChatTemplate::compile);
            return List.of();
        } catch (TemplateSyntaxException e) {
            return List.of(e.getMessage() + ": the model can't be loaded unless it is given another chat template");
        }
    }

    @Override
    public long leastTokens(CompletionRequest request) {
        return Room.leastTokens(tokenizer, request.input()).sum();
    }

    @Override
    public TokenCodec tokens(FlowId flow) {
        return new ModelTokens(new TokenConversion(tokenizer, model.contextLength()), prompts, flow);
    }

    @Override
    public PreparedCompletion prepare(CompletionRequest request, FlowId flow, CacheScope scope) {
        StopTexts stops = stops(request.stop());
        checkLogitBias(request);
        var room = new Room(model, request);
        room.check(tokenizer);
        List<Prompt> prompts = this.prompts.read(request, flow);
        int maxTokens = room.tokens(prompts);
        List<Optional<Constraint>> held = prompts.stream()
                .map(prompt -> constraints.of(request, scope, prompt))
                .toList();
        return new Prepared(model, tokenizer, stops, request, flow, scope, prompts, held, maxTokens);
    }

    private static StopTexts stops(List<String> texts) {
        try {
            return StopTexts.of(texts);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("stop", "invalid_value", String.valueOf(e.getMessage()));
        }
    }

    private void checkLogitBias(CompletionRequest request) {
        int size = tokenizer.bytes().size();
        for (int id : request.sampling().logitBias().keySet()) {
            if (id < 0 || id >= size) {
                throw new InvalidRequestException(
                        "logit_bias", "invalid_value", "token " + id + " is not in the vocabulary: 0 to " + (size - 1));
            }
        }
    }

    /** The request's field with the input. */
    static String field(Input input) {
        return input instanceof Input.Chat ? "messages" : "prompt";
    }
}
