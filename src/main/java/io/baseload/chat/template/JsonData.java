package io.baseload.chat.template;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/** JSON text as plain data for templates: text, numbers, booleans, null, lists, and maps in the text's order. */
public final class JsonData {
    /** The nesting limit of templates, minus a few levels for the message around the data. */
    private static final int MAX_DEPTH = 90;
    /** The data take up to a hundred bytes for each token of their text. */
    private static final int MAX_TOKENS = 100_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxTokenCount(MAX_TOKENS)
                            .build())
                    .build())
            .build();

    private JsonData() {}

    /** @throws IllegalArgumentException if the text isn't one JSON value, is nested too deep, or has too many values */
    public static @Nullable Object parse(String json) {
        try {
            return MAPPER.readValue(json, Object.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    /** Plain data as JSON text without white space. */
    public static String write(@Nullable Object data) {
        return MAPPER.writeValueAsString(data);
    }
}
