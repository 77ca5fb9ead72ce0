package io.baseload.chat.api;

/**
 * A tool that the model may call.
 *
 * @param name of the characters a-z, A-Z, 0-9, _ and -
 * @param description its purpose, for the model; may be blank
 * @param parameters the JSON schema of its arguments as JSON text, an object
 * @param strict whether the arguments of all calls must match the schema, even if the model decides whether to call: from the marker of a call on, or from the name on for models
 *     that call without a marker, only a call with valid arguments can be written. The schema must then close every object ({@code additionalProperties: false}), require all
 *     properties, and contain only enforceable keywords; otherwise the request is refused
 */
public record ToolSpec(String name, String description, String parameters, boolean strict) {
    /** The schema of a tool without arguments. */
    public static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}";
}
