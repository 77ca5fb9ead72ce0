package io.baseload.chat.api;

import java.util.List;
import java.util.Optional;

/** A message of a conversation. */
public sealed interface Message {
    /** The role, in the form used by templates: "system", "user", "assistant" or "tool". */
    String role();

    /** The speaker's name, for templates that show it. */
    Optional<String> name();

    static Message system(String content) {
        return new Instructions(content, Optional.empty());
    }

    static Message user(String content) {
        return new User(content, Optional.empty());
    }

    static Message assistant(String content) {
        return new Assistant(Optional.of(content), Optional.empty(), List.of(), Optional.empty());
    }

    static Message tool(String callId, String content) {
        return new Tool(callId, content, Optional.empty());
    }

    record Instructions(String content, Optional<String> name) implements Message {
        @Override
        public String role() {
            return "system";
        }
    }

    record User(String content, Optional<String> name) implements Message {
        @Override
        public String role() {
            return "user";
        }
    }

    /**
     * An earlier answer of the model.
     *
     * @param content empty only if there are calls
     * @param reasoning the model's reasoning before the answer
     */
    record Assistant(Optional<String> content, Optional<String> reasoning, List<ToolCall> calls, Optional<String> name)
            implements Message {
        @Override
        public String role() {
            return "assistant";
        }
    }

    /**
     * The result of a tool.
     *
     * @param callId the id of a call in an earlier assistant message
     * @param name the tool's name; if empty, the call has it
     */
    record Tool(String callId, String content, Optional<String> name) implements Message {
        @Override
        public String role() {
            return "tool";
        }
    }
}
