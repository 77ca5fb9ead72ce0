package io.baseload.chat.completion;

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
    List<Prompt> read(Input input) {
        List<Prompt> prompts = switch (input) {
            case Input.Chat chat -> List.of(chat(chat));
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

    private Prompt chat(Input.Chat chat) {
        ChatTemplate known = template.orElseThrow(
                () -> invalid("messages", "the model has no chat template: give it a prompt instead of messages"));
        if (chat.messages().isEmpty()) {
            throw new InvalidRequestException("messages", "empty_array", "must have at least one message");
        }
        SpecialTextGuard guard = tokenizer.guard(texts(chat));
        try {
            String rendered = known.render(variables(chat, guard), LocalDateTime.now(ZoneId.systemDefault()));
            return new Prompt(guard.encode(rendered), guard.restore(rendered));
        } catch (TemplateException | IllegalArgumentException e) {
            throw invalid("messages", "the model's chat template can't take these messages: " + e.getMessage());
        }
    }

    /** Everything that a user's text may stand beside in the rendered prompt. */
    private List<String> texts(Input.Chat chat) {
        List<String> texts = new ArrayList<>();
        texts.addAll(tokenizer.chatTemplates().values());
        for (Message message : chat.messages()) {
            texts.addAll(
                    List.of(message.role(), message.content(), message.name().orElse("")));
        }
        texts(chat.variables()).forEach(texts::add);
        return texts;
    }

    private static Stream<String> texts(@Nullable Object value) {
        return switch (value) {
            case String s -> Stream.of(s);
            case List<?> l -> l.stream().flatMap(PromptReader::texts);
            case Map<?, ?> m ->
                Stream.concat(m.keySet().stream(), m.values().stream()).flatMap(PromptReader::texts);
            case null, default -> Stream.of();
        };
    }

    private Map<String, @Nullable Object> variables(Input.Chat chat, SpecialTextGuard guard) {
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("add_generation_prompt", true);
        variables.put("tools", null);
        variables.put("documents", null);
        chat.variables().forEach((name, value) -> variables.put(name, guarded(value, guard)));
        variables.put("bos_token", tokenizer.bosText());
        variables.put("eos_token", tokenizer.eosText());
        variables.put(
                "messages", chat.messages().stream().map(m -> message(m, guard)).toList());
        return variables;
    }

    private static Map<String, Object> message(Message message, SpecialTextGuard guard) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("role", guard.guard(message.role()));
        members.put("content", guard.guard(message.content()));
        message.name().ifPresent(name -> members.put("name", guard.guard(name)));
        return members;
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

    private static InvalidRequestException invalid(String field, String problem) {
        return new InvalidRequestException(field, "invalid_value", problem);
    }
}
