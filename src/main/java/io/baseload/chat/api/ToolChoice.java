package io.baseload.chat.api;

/** Whether the model calls a tool. */
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
}
