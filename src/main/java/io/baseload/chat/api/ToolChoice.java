package io.baseload.chat.api;

import java.util.Set;

/** Whether the model has to call a tool. */
public sealed interface ToolChoice {
    enum Mode implements ToolChoice {
        /** The model sees no tools. */
        NONE,
        /** The model decides. */
        AUTO,
        /** At least one call. */
        REQUIRED
    }

    /** A call of this tool. */
    record Named(String name) implements ToolChoice {}

    /**
     * The model sees and calls only these tools.
     *
     * @param required whether there must be at least one call; otherwise the model decides
     */
    record Allowed(Set<String> names, boolean required) implements ToolChoice {}
}
