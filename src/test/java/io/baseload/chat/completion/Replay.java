package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.template.ChatTemplate;
import io.baseload.chat.template.TemplateException;
import io.baseload.chat.tools.ToolFormat;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        this.adaptation = new Adaptation(abilities, format.syntax());
        this.clock = clock;
    }

    /** @param variables that the template sees beside the usual ones */
    public String render(List<Message> messages, ToolSet tools, Map<String, @Nullable Object> variables) {
        var request = CompletionRequest.chat(messages).withTools(tools);
        List<Input.Chat> ways = adaptation.ways(new Input.Chat(messages, Map.of()), tools);
        for (Input.Chat way : ways) {
            Map<String, @Nullable Object> all = new HashMap<>(ChatVariables.of(request, way, abilities.form()));
            all.putAll(variables);
            try {
                return template.render(all, clock);
            } catch (TemplateException e) {
                if (way.equals(ways.getLast())) {
                    throw e;
                }
            }
        }
        throw new IllegalStateException("there is always a way");
    }
}
