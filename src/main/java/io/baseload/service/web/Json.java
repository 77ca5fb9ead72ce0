package io.baseload.service.web;

import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON as it goes over the wire: records in the order they are declared, nulls kept. Independent of the application's own mapper. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private Json() {}

    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /**
     * Reads one JSON value.
     *
     * @throws ApiException 400 if it isn't one, or is nested deeper than 500 levels
     */
    public static JsonNode parse(byte[] text) {
        try {
            JsonNode root = MAPPER.readTree(text);
            if (root.isMissingNode()) {
                throw new ApiException(ApiError.invalid(null, null, "The body is empty."));
            }
            return root;
        } catch (StreamConstraintsException e) {
            throw new ApiException(ApiError.invalid(null, null, "The JSON body is too deep or has too long a number."));
        } catch (JacksonException e) {
            throw new ApiException(
                    ApiError.invalid(null, null, "The body is not valid JSON: " + e.getOriginalMessage()));
        }
    }
}
