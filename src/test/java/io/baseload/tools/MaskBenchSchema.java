package io.baseload.tools;

import java.util.List;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One file of MaskBench: a schema with instances, each as compact JSON with its members in the file's order. */
record MaskBenchSchema(String schema, List<Instance> instances) {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    record Instance(String text, boolean valid) {}

    static MaskBenchSchema read(String file) {
        JsonNode node = MAPPER.readTree(file);
        List<Instance> instances = node.path("tests")
                .valueStream()
                .map(test -> new Instance(
                        test.path("data").toString(), test.path("valid").asBoolean()))
                .toList();
        return new MaskBenchSchema(node.path("schema").toString(), instances);
    }
}
