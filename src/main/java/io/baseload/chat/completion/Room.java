package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.InvalidRequestException.Excess;
import io.baseload.chat.api.Message;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.LoadedModel;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** The maximum number of tokens of an answer. Nothing is truncated to fit: input that doesn't fit is refused. */
final class Room {
    private final int context;
    private final CompletionRequest request;

    Room(LoadedModel model, CompletionRequest request) {
        this.context = model.contextLength();
        this.request = request;
    }

    /** Refuses text that the context can't hold whatever its tokens are, before any work is done on it. */
    void check(Tokenizer tokenizer) {
        String field = ModelCompletions.field(request.input());
        long characters = characters(request.input());
        int longest = tokenizer.bytes().longest();
        if (characters > (long) context * longest) {
            throw tooLong(
                    field,
                    Math.ceilDiv(characters, longest),
                    "the " + field + " has " + characters + " characters. Reduce the length of the " + field + ".");
        }
        long least = leastTokens(tokenizer, request.input()).max().orElse(0);
        if (least > context) {
            throw tooLong(
                    field,
                    least,
                    "the " + field + " has at least " + least + " tokens. Reduce the length of the " + field + ".");
        }
    }

    /** A lower bound for the tokens of each prompt. For a chat everything counts except the model's earlier answers, of which templates may omit parts. */
    static LongStream leastTokens(Tokenizer tokenizer, Input input) {
        return switch (input) {
            case Input.Chat chat ->
                LongStream.of(chat.messages().stream()
                        .map(Room::asked)
                        .mapToLong(tokenizer::leastTokens)
                        .sum());
            case Input.Texts texts -> texts.prompts().stream().mapToLong(tokenizer::leastTokens);
            case Input.Tokens tokens -> tokens.prompts().stream().mapToLong(ids -> ids.length);
        };
    }

    private static String asked(Message message) {
        return switch (message) {
            case Message.Instructions system -> system.content();
            case Message.User user -> user.content();
            case Message.Assistant said -> "";
            case Message.Tool result -> result.content();
        };
    }

    /** The requested maximum, or the room left by the longest prompt. */
    int tokens(List<Prompt> prompts) {
        int longest = prompts.stream().mapToInt(p -> p.tokens().length).max().orElse(0);
        int asked = request.maxTokens().orElse(1);
        if ((long) longest + asked > context) {
            throw tooLong(longest);
        }
        return request.maxTokens().orElse(context - longest);
    }

    private InvalidRequestException tooLong(int prompt) {
        String field = ModelCompletions.field(request.input());
        String asked = request.maxTokens().isPresent()
                ? "you requested " + ((long) prompt + request.maxTokens().getAsInt()) + " tokens (" + prompt
                        + " in the " + field + ", " + request.maxTokens().getAsInt() + " in the completion)"
                : "the " + field + " resulted in " + prompt + " tokens, which leaves no room for a completion";
        return tooLong(field, prompt, asked + ". Reduce the length of the " + field + " or of the completion.");
    }

    private InvalidRequestException tooLong(String field, long prompt, String problem) {
        return new InvalidRequestException(
                field,
                "context_length_exceeded",
                "This model's maximum context length is " + context + " tokens. However, " + problem,
                Optional.of(new Excess(prompt, request.maxTokens().orElse(1), context)));
    }

    /** The whole chat, or the longest of several prompts. */
    private static long characters(Input input) {
        return switch (input) {
            case Input.Chat chat ->
                chat.messages().stream().mapToLong(Room::characters).sum();
            case Input.Texts texts ->
                texts.prompts().stream().mapToLong(String::length).max().orElse(0);
            case Input.Tokens tokens -> 0;
        };
    }

    static long characters(Message message) {
        return switch (message) {
            case Message.Instructions system -> system.content().length();
            case Message.User user -> user.content().length();
            case Message.Assistant said ->
                said.content().orElse("").length()
                        + said.calls().stream()
                                .mapToLong(call -> call.arguments().length())
                                .sum();
            case Message.Tool result -> result.content().length();
        };
    }
}
