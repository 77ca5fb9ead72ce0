package io.baseload.chat.api;

/**
 * A complete call of a tool.
 *
 * @param id ties the tool's answer to this call; unique in a conversation
 * @param arguments JSON text; an object, unless the model wrote something else
 */
public record ToolCall(String id, String name, String arguments) {}
