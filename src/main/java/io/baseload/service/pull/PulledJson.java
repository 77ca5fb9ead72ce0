package io.baseload.service.pull;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON from a source of models. Its size in memory is limited too, because one of three bytes, {@code {}}, becomes an object of about a hundred. */
final class PulledJson {
    /** Also the limit that registries have for manifests. */
    static final int MAX_BYTES = 4 << 20;

    private static final int MAX_TOKENS = 400_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .build())
                    .build())
            .build();

    private PulledJson() {}

    /** @throws JacksonException if it is not JSON, or has too many elements */
    static JsonNode read(byte[] text) {
        return MAPPER.readTree(text);
    }
}
