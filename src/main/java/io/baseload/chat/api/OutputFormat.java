package io.baseload.chat.api;

import java.util.List;

/** The required format of an answer's text. Unless it is {@link Text}, every answer that ends with {@code stop} matches the format. */
public sealed interface OutputFormat {
    /** Any text. */
    record Text() implements OutputFormat {}

    /** One JSON object. */
    record JsonObject() implements OutputFormat {}

    /**
     * One JSON value described by a schema.
     *
     * @param field the request's field with the schema, for refusals
     * @param schema a JSON Schema (2020-12) as JSON text
     * @param strict whether the schema must also follow the rules of the OpenAI API: its root describes an object, each object is closed ({@code additionalProperties: false}) and
     *     all properties are required. The schema is enforced in any case
     * @param open whether objects may have their members in any order, and members that the schema doesn't mention
     */
    record JsonSchema(String field, String schema, boolean strict, boolean open) implements OutputFormat {}

    /**
     * A text that a regular expression matches as a whole.
     *
     * @param field the request's field with the expression
     */
    record Regex(String field, String expression) implements OutputFormat {}

    /**
     * One of these texts.
     *
     * @param field the request's field with the texts
     */
    record Choice(String field, List<String> texts) implements OutputFormat {}

    /**
     * A text that a grammar in llama.cpp's GBNF derives from {@code root}.
     *
     * @param field the request's field with the grammar
     */
    record Grammar(String field, String gbnf) implements OutputFormat {}

    static OutputFormat text() {
        return new Text();
    }
}
