package io.baseload.chat.api;

/**
 * A complete tool call.
 *
 * @param id links the tool's result to this call; unique in a conversation
 * @param arguments JSON text; an object, unless the model wrote something else
 */
public record ToolCall(String id, String name, String arguments) {}
