package io.baseload.chat.api;

import java.util.List;

/** What an answer's text is held to. Where it is not {@link Text}, every answer that ends with {@code stop} belongs to the format's language. */
public sealed interface OutputFormat {
    /** Any text. */
    record Text() implements OutputFormat {}

    /** One JSON object. */
    record JsonObject() implements OutputFormat {}

    /**
     * One JSON value that a schema describes.
     *
     * @param field the request's field that the schema comes from, for refusals
     * @param schema a JSON Schema (2020-12) as JSON text
     * @param strict whether the schema must also keep the rules of the OpenAI API: its root describes an object, each object is closed ({@code
     *     additionalProperties: false}) and all properties are required. What is written is held to the schema in any case
     */
    record JsonSchema(String field, String schema, boolean strict) implements OutputFormat {}

    /**
     * A text that a regular expression matches as a whole.
     *
     * @param field the request's field that the expression comes from
     */
    record Regex(String field, String expression) implements OutputFormat {}

    /**
     * One of these texts.
     *
     * @param field the request's field that they come from
     */
    record Choice(String field, List<String> texts) implements OutputFormat {}

    /**
     * A text that a grammar in llama.cpp's GBNF derives from {@code root}.
     *
     * @param field the request's field that the grammar comes from
     */
    record Grammar(String field, String gbnf) implements OutputFormat {}

    static OutputFormat text() {
        return new Text();
    }
}
