package io.baseload.chat.api;

/**
 * A tool that the model may call.
 *
 * @param name of the characters a-z, A-Z, 0-9, _ and -
 * @param description what it does, for the model; may be blank
 * @param parameters the JSON schema of its arguments as JSON text, an object
 * @param strict whether the arguments must be valid under the schema: they are then always held to it
 */
public record ToolSpec(String name, String description, String parameters, boolean strict) {
    /** The schema of a tool without arguments. */
    public static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{}}";
}
