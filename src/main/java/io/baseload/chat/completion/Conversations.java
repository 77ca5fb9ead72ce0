package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.format.AnswerFormat;
import io.baseload.chat.format.ToolFormat;
import io.baseload.chat.format.ToolFormats;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.template.ChatTemplate;
import io.baseload.chat.tokenizer.SpecialTextGuard;
import io.baseload.chat.tokenizer.Tokenizer;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Renders conversations to prompts with one chat template. Immutable. */
final class Conversations {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final Abilities abilities;
    private final AnswerFormat format;
    private final Adaptation adaptation;

    /**
     * @param source of the template
     * @param chosen the tool-call format, if it is set explicitly
     * @throws io.baseload.chat.template.TemplateSyntaxException if it is invalid
     */
    Conversations(Tokenizer tokenizer, String source, Optional<ToolFormat> chosen) {
        this.tokenizer = tokenizer;
        this.template = ChatTemplate.compile(source);
        this.abilities = Abilities.of(template, tokenizer.bosText(), tokenizer.eosText());
        Predicate<String> special = text -> isSpecial(tokenizer, text);
        ToolFormat tools = chosen.orElseGet(() -> ToolFormats.of(source, special));
        this.format = new AnswerFormat(tools, source, special);
        this.adaptation = new Adaptation(abilities, tools);
    }

    private static boolean isSpecial(Tokenizer tokenizer, String text) {
        int[] ids = tokenizer.encode(text);
        return ids.length == 1 && tokenizer.isSpecial(ids[0]);
    }

    /** @throws InvalidRequestException if the template can't process the conversation */
    Prompt prompt(CompletionRequest request, Input.Chat chat) {
        Optional<RuntimeException> refusal = Optional.empty();
        for (boolean inWords : adaptation.ways(request.tools())) {
            try {
                Input.Chat adapted = adaptation.of(chat, request.tools(), inWords);
                return render(ChatVariables.of(request, adapted, abilities.form()));
            } catch (TemplateException | IllegalArgumentException e) {
                refusal = refusal.or(() -> Optional.of(e));
            }
        }
        throw new InvalidRequestException(
                "messages",
                "invalid_value",
                "the model's chat template can't take these messages: "
                        + refusal.orElseThrow().getMessage());
    }

    private Prompt render(Map<String, @Nullable Object> variables) {
        SpecialTextGuard guard = tokenizer.guard(texts(variables));
        Map<String, @Nullable Object> guarded = new HashMap<>();
        variables.forEach((name, value) -> guarded.put(name, guarded(value, guard)));
        guarded.put("bos_token", tokenizer.bosText());
        guarded.put("eos_token", tokenizer.eosText());
        String rendered = template.render(guarded, LocalDateTime.now(ZoneId.systemDefault()));
        return new Prompt(guard.encode(rendered), guard.restore(rendered), format);
    }

    /** Everything that may be next to a user's text in the rendered prompt. */
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
}
