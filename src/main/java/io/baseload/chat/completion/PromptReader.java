package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.template.ChatTemplate;
import io.baseload.chat.template.TemplateException;
import io.baseload.chat.tokenizer.SpecialTextGuard;
import io.baseload.chat.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes token ids of what was asked. */
final class PromptReader {
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;

    PromptReader(Tokenizer tokenizer, Optional<ChatTemplate> template) {
        this.tokenizer = tokenizer;
        this.template = template;
    }

    /** @throws InvalidRequestException if the input can't be put into this model */
    List<Prompt> read(CompletionRequest request) {
        Input input = request.input();
        List<Prompt> prompts = switch (input) {
            case Input.Chat chat -> List.of(chat(request, chat));
            case Input.Texts texts ->
                texts.prompts().stream()
                        .map(text -> new Prompt(tokenizer.encodeWhole(text), text))
                        .toList();
            case Input.Tokens tokens ->
                tokens.prompts().stream().map(this::tokens).toList();
        };
        if (prompts.isEmpty() || prompts.stream().anyMatch(p -> p.tokens().length == 0)) {
            throw invalid(ModelCompletions.field(input), "must have at least one token");
        }
        return prompts;
    }

    private Prompt tokens(int[] ids) {
        int size = tokenizer.bytes().size();
        var text = new ByteArrayOutputStream();
        for (int id : ids) {
            if (id < 0 || id >= size) {
                throw invalid("prompt", "token " + id + " is not in the vocabulary: 0 to " + (size - 1));
            }
            text.write(
                    tokenizer.bytes().table(),
                    tokenizer.bytes().start(id),
                    tokenizer.bytes().length(id));
        }
        return new Prompt(ids.clone(), text.toString(StandardCharsets.UTF_8));
    }

    private Prompt chat(CompletionRequest request, Input.Chat chat) {
        ChatTemplate known = template.orElseThrow(
                () -> invalid("messages", "the model has no chat template: give it a prompt instead of messages"));
        if (chat.messages().isEmpty()) {
            throw new InvalidRequestException("messages", "empty_array", "must have at least one message");
        }
        try {
            return render(known, ChatVariables.of(request, chat, null));
        } catch (TemplateException e) {
            return renderWithoutNull(known, request, chat, e);
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    /** Many templates can't take a message without content, as one that only calls tools is. */
    private Prompt renderWithoutNull(
            ChatTemplate known, CompletionRequest request, Input.Chat chat, TemplateException first) {
        boolean silent = chat.messages().stream()
                .anyMatch(m ->
                        m instanceof Message.Assistant said && said.content().isEmpty());
        if (!silent) {
            throw refused(first);
        }
        try {
            return render(known, ChatVariables.of(request, chat, ""));
        } catch (TemplateException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private Prompt render(ChatTemplate known, Map<String, @Nullable Object> variables) {
        SpecialTextGuard guard = tokenizer.guard(texts(variables));
        Map<String, @Nullable Object> guarded = new HashMap<>();
        variables.forEach((name, value) -> guarded.put(name, guarded(value, guard)));
        guarded.put("bos_token", tokenizer.bosText());
        guarded.put("eos_token", tokenizer.eosText());
        String rendered = known.render(guarded, LocalDateTime.now(ZoneId.systemDefault()));
        return new Prompt(guard.encode(rendered), guard.restore(rendered));
    }

    /** Everything that a user's text may stand beside in the rendered prompt. */
    private List<String> texts(Map<String, @Nullable Object> variables) {
        return Stream.concat(tokenizer.chatTemplates().values().stream(), ChatVariables.texts(variables))
                .toList();
    }

    private static @Nullable Object guarded(@Nullable Object value, SpecialTextGuard guard) {
        return switch (value) {
            case String s -> guard.guard(s);
            case List<?> l -> {
                List<@Nullable Object> items = new ArrayList<>();
                l.forEach(item -> items.add(guarded(item, guard)));
                yield items;
            }
            case Map<?, ?> m -> {
                Map<Object, @Nullable Object> members = new LinkedHashMap<>();
                m.forEach((name, item) -> members.put(guard.guard(String.valueOf(name)), guarded(item, guard)));
                yield members;
            }
            case null, default -> value;
        };
    }

    private static InvalidRequestException refused(RuntimeException problem) {
        return invalid("messages", "the model's chat template can't take these messages: " + problem.getMessage());
    }

    private static InvalidRequestException invalid(String field, String problem) {
        return new InvalidRequestException(field, "invalid_value", problem);
    }
}
