package io.baseload.chat.api;

import java.util.Optional;

/**
 * A message of a conversation.
 *
 * @param role "system", "user" or "assistant"
 */
public record Message(String role, String content, Optional<String> name) {
    public static Message system(String content) {
        return new Message("system", content, Optional.empty());
    }

    public static Message user(String content) {
        return new Message("user", content, Optional.empty());
    }

    public static Message assistant(String content) {
        return new Message("assistant", content, Optional.empty());
    }
}
