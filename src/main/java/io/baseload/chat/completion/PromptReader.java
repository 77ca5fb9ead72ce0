package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.format.AnswerFormat;
import io.baseload.chat.format.ToolFormat;
import io.baseload.chat.tokenizer.LongTexts;
import io.baseload.chat.tokenizer.TokenConversion;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Vocabulary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns the input into token ids. */
final class PromptReader {
    /** The name of a template that models have besides the usual one for conversations with tools. */
    private static final String TOOL_USE = "tool_use";

    /** Characters that a template writes around a message or a tool. */
    private static final long MARKUP = 32;

    private static final String NO_TEMPLATE =
            "the model has no chat template, and none is known for its vocabulary. Its operator can provide one"
                + " (chat_template.jinja in the model's folder, or the setting baseload.model.chat-templates, embedded"
                + " spring.ai.baseload.chat.chat-template); until then send a 'prompt' to /v1/completions";

    private final Tokenizer tokenizer;
    private final Map<String, Conversations> templates = new HashMap<>();

    /**
     * @param tools the tool-call format, if it is set explicitly
     * @throws io.baseload.chat.template.TemplateSyntaxException if a template is invalid
     */
    PromptReader(Tokenizer tokenizer, Optional<ToolFormat> tools) {
        this.tokenizer = tokenizer;
        for (String name : List.of(Vocabulary.DEFAULT_TEMPLATE, TOOL_USE)) {
            Optional.ofNullable(tokenizer.chatTemplates().get(name))
                    .ifPresent(source -> templates.put(name, new Conversations(tokenizer, source, tools)));
        }
    }

    /**
     * The prompts of a generation.
     *
     * @throws InvalidRequestException if the input doesn't fit this model, or has no token
     * @throws io.baseload.engine.api.OverloadedException as {@link #tokenize}
     */
    List<Prompt> read(CompletionRequest request, FlowId flow) {
        List<Prompt> prompts = tokenize(request, flow);
        if (prompts.isEmpty() || prompts.stream().anyMatch(p -> p.tokens().length == 0)) {
            throw invalid(ModelCompletions.field(request.input()), "must have at least one token");
        }
        return prompts;
    }

    /**
     * The same of any input, even without a token. Waits for the flow's turn if the texts are long.
     *
     * @throws InvalidRequestException if the input doesn't fit this model
     * @throws io.baseload.engine.api.OverloadedException if too many long texts of this flow are waiting
     */
    List<Prompt> tokenize(CompletionRequest request, FlowId flow) {
        return LongTexts.read(flow, characters(request), () -> tokenize(request));
    }

    /** Approximate length of the rendered prompts. */
    private static long characters(CompletionRequest request) {
        return switch (request.input()) {
            case Input.Chat chat ->
                chat.variables().toString().length()
                        + chat.messages().stream()
                                .mapToLong(PromptReader::characters)
                                .sum()
                        + request.tools().shown().stream()
                                .mapToLong(PromptReader::characters)
                                .sum();
            case Input.Texts texts ->
                texts.prompts().stream().mapToLong(String::length).sum();
            case Input.Tokens tokens -> 0;
        };
    }

    private static long characters(Message message) {
        long reasoning = message instanceof Message.Assistant said
                ? said.reasoning().map(String::length).orElse(0)
                : 0;
        return MARKUP + message.name().map(String::length).orElse(0) + Room.characters(message) + reasoning;
    }

    private static long characters(ToolSpec tool) {
        return MARKUP + tool.description().length() + tool.parameters().length();
    }

    private List<Prompt> tokenize(CompletionRequest request) {
        return switch (request.input()) {
            case Input.Chat chat -> List.of(chat(request, chat));
            case Input.Texts texts ->
                texts.prompts().stream()
                        .map(text -> new Prompt(
                                tokenizer.encode(text, texts.parseSpecial(), texts.addSpecial()),
                                text,
                                AnswerFormat.PLAIN))
                        .toList();
            case Input.Tokens tokens ->
                tokens.prompts().stream().map(this::tokens).toList();
        };
    }

    private Prompt tokens(int[] ids) {
        return new Prompt(ids.clone(), TokenConversion.text(tokenizer, ids, "prompt"), AnswerFormat.PLAIN);
    }

    private Prompt chat(CompletionRequest request, Input.Chat chat) {
        if (chat.messages().isEmpty()) {
            throw new InvalidRequestException("messages", "empty_array", "must have at least one message");
        }
        return conversations(request.tools().offered())
                .orElseThrow(() -> invalid("messages", NO_TEMPLATE))
                .prompt(request, chat);
    }

    private Optional<Conversations> conversations(boolean tools) {
        Optional<Conversations> usual = Optional.ofNullable(templates.get(Vocabulary.DEFAULT_TEMPLATE));
        return tools ? Optional.ofNullable(templates.get(TOOL_USE)).or(() -> usual) : usual;
    }

    private static InvalidRequestException invalid(String field, String problem) {
        return new InvalidRequestException(field, "invalid_value", problem);
    }
}
