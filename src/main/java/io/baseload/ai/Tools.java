package io.baseload.ai;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** The tools of a prompt. They are only shown to the model; the sender of the prompt executes its calls. */
final class Tools {
    private Tools() {}

    /** @throws InvalidRequestException if a call is demanded and there are no tools */
    static ToolSet of(BaseloadChatOptions options, List<Message> messages) {
        List<ToolSpec> specs = Objects.requireNonNullElse(options.getToolCallbacks(), List.<ToolCallback>of()).stream()
                .map(ToolCallback::getToolDefinition)
                .map(Tools::spec)
                .toList();
        ToolChoice choice = choice(options, messages);
        if (specs.isEmpty()) {
            if (demands(choice)) {
                throw new InvalidRequestException(
                        "toolChoice", "invalid_value", "toolChoice demands a call, but the prompt has no tools");
            }
            return ToolSet.EMPTY;
        }
        unique(specs);
        boolean parallel = !Boolean.FALSE.equals(options.getParallelToolCalls());
        return new ToolSet(specs, choice, parallel);
    }

    private static void unique(List<ToolSpec> specs) {
        Set<String> names = new HashSet<>();
        for (ToolSpec spec : specs) {
            if (!names.add(spec.name())) {
                throw new InvalidRequestException(
                        "toolCallbacks", "invalid_value", "toolCallbacks has two tools named \"" + spec.name() + "\"");
            }
        }
    }

    private static boolean demands(ToolChoice choice) {
        return switch (choice) {
            case ToolChoice.Mode mode -> mode == ToolChoice.Mode.REQUIRED;
            case ToolChoice.Named named -> true;
            case ToolChoice.Allowed allowed -> allowed.required();
        };
    }

    private static ToolSpec spec(ToolDefinition definition) {
        String schema = definition.inputSchema();
        return new ToolSpec(
                definition.name(),
                Objects.requireNonNullElse(definition.description(), ""),
                schema == null || schema.isBlank() ? ToolSpec.NO_PARAMETERS : schema,
                false);
    }

    /** A forced call is forced once: after its result the model is free, or a tool loop would never end. */
    private static ToolChoice choice(BaseloadChatOptions options, List<Message> messages) {
        ToolChoice chosen = Objects.requireNonNullElse(options.getToolChoice(), ToolChoice.Mode.AUTO);
        boolean answered = !messages.isEmpty() && messages.getLast() instanceof Message.Tool;
        return answered ? free(chosen) : chosen;
    }

    private static ToolChoice free(ToolChoice chosen) {
        return switch (chosen) {
            case ToolChoice.Mode mode -> mode == ToolChoice.Mode.NONE ? mode : ToolChoice.Mode.AUTO;
            case ToolChoice.Named named -> ToolChoice.Mode.AUTO;
            case ToolChoice.Allowed allowed -> new ToolChoice.Allowed(allowed.names(), false);
        };
    }
}
