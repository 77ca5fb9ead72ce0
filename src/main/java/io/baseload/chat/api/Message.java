package io.baseload.chat.api;

import java.util.List;
import java.util.Optional;

/** A message of a conversation. */
public sealed interface Message {
    /** The role as templates know it: "system", "user", "assistant" or "tool". */
    String role();

    /** The name of who speaks, where a template shows it. */
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
     * What the model said before.
     *
     * @param content empty only if there are calls
     * @param reasoning what it thought before it answered
     */
    record Assistant(Optional<String> content, Optional<String> reasoning, List<ToolCall> calls, Optional<String> name)
            implements Message {
        @Override
        public String role() {
            return "assistant";
        }
    }

    /**
     * What a tool answered.
     *
     * @param callId the id of a call in an assistant's message before
     * @param name the tool's name; where it is empty, the call has it
     */
    record Tool(String callId, String content, Optional<String> name) implements Message {
        @Override
        public String role() {
            return "tool";
        }
    }
}
