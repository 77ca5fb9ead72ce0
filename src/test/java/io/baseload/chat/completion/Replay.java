package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.format.ToolFormat;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.template.ChatTemplate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Conversations as a chat template is made to show them, without a vocabulary. */
public final class Replay {
    private final ChatTemplate template;
    private final Abilities abilities;
    private final Adaptation adaptation;
    private final LocalDateTime clock;

    /** @param source of the template */
    public Replay(String source, ToolFormat format, LocalDateTime clock) {
        this.template = ChatTemplate.compile(source);
        this.abilities = Abilities.of(template, "", "");
        this.adaptation = new Adaptation(abilities, format);
        this.clock = clock;
    }

    /** @param variables that the template sees beside the usual ones */
    public String render(List<Message> messages, ToolSet tools, Map<String, Object> variables) {
        var request = CompletionRequest.chat(messages).withTools(tools);
        Optional<TemplateException> refusal = Optional.empty();
        for (boolean inWords : adaptation.ways(tools)) {
            Input.Chat chat = adaptation.of(new Input.Chat(messages, variables), tools, inWords);
            try {
                return template.render(ChatVariables.of(request, chat, abilities.form()), clock);
            } catch (TemplateException e) {
                refusal = refusal.or(() -> Optional.of(e));
            }
        }
        throw refusal.orElseThrow();
    }
}
