package io.baseload.service.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.MediaType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON of the HTTP API: records in the order of their declaration, nulls kept. Independent of the application's own mapper. */
public final class Json {
    /** A tree uses up to a hundred bytes for each token of its text. No request within its limits has this many. */
    private static final int MAX_TOKENS = 1_000_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .build())
                    .build())
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // numbers in schemas keep their digits
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** Sends JSON, whatever {@code Accept} says. */
    public static void write(HttpServletResponse response, Object value) throws IOException {
        send(response, bytes(value));
    }

    /** Sends JSON that may be large: its text is never in memory as a whole. */
    public static void stream(HttpServletResponse response, Object value) throws IOException {
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        try {
            MAPPER.writeValue(response.getOutputStream(), value);
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
    }

    /** Sends finished JSON. */
    public static void send(HttpServletResponse response, byte[] body) throws IOException {
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /**
     * Reads one JSON value.
     *
     * @throws ApiException 400 if it isn't one, is nested deeper than 500 levels, or has more than a million tokens
     */
    public static JsonNode parse(byte[] text) {
        try {
            JsonNode root = MAPPER.readTree(text);
            if (root.isMissingNode()) {
                throw ApiException.invalid(null, null, "The body is empty.");
            }
            return root;
        } catch (StreamConstraintsException e) {
            throw ApiException.invalid(
                    null,
                    null,
                    "The JSON body is nested too deeply, has too many values, or has a number that is too long.");
        } catch (JacksonException e) {
            throw ApiException.invalid(null, null, "The body is not valid JSON: " + e.getOriginalMessage());
        }
    }
}
