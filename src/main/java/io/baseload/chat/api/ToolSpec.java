package io.baseload.chat.api;

/**
 * A tool that the model may call.
 *
 * @param name of the characters a-z, A-Z, 0-9, _ and -
 * @param description what it does, for the model; may be blank
 * @param parameters the JSON schema of its arguments as JSON text, an object
 * @param strict whether the arguments of all calls are held to the schema, also where the model decides whether to call: from the mark of a call on, or for models
 *     that call without one from the name on, only a call with valid arguments can be written. The schema must then close every object
 *     ({@code additionalProperties: false}) and require all properties, and have only what can be enforced; the request is refused otherwise
 */
public record ToolSpec(String name, String description, String parameters, boolean strict) {
    /** The schema of a tool without arguments. */
    public static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}";
}
