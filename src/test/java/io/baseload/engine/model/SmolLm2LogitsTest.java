package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.baseload.engine.kv.PageTable;
import io.baseload.testing.ReferenceTensors;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bundled model's logits against the reference's, in f32. */
@Tag("kernel")
class SmolLm2LogitsTest {
    private static final float TOLERANCE = 2e-3f;

    /** Of these the reference has all 49,152 logits of the last position, of the others the likeliest twenty of each. */
    private static final Set<String> WHOLE = Set.of("p0", "p3");

    @Test
    void computesTheReferencesLogits() throws IOException {
        Path folder = TestModels.reference("smollm2-135m");
        ReferenceTensors expected = ReferenceTensors.read(folder.resolve("expected.safetensors"));
        JsonNode prompts =
                JsonMapper.shared().readTree(folder.resolve("expected.json")).get("prompts");
        try (ModelHarness harness = new ModelHarness(TestModels.smolLm2(), 128, 2)) {
            for (JsonNode prompt : prompts) {
                int[] ids = prompt.get("ids")
                        .valueStream()
                        .mapToInt(JsonNode::asInt)
                        .toArray();
                PageTable table = harness.sequence();
                assertClose(prompt.get("key").asString(), harness.prefill(table, ids, 0, ids.length), expected);
                table.release();
            }
        }
    }

    private static void assertClose(String key, float[][] logits, ReferenceTensors expected) {
        int[] ids = expected.ints(key + ".top20_ids");
        float[] top = expected.floats(key + ".top20_logits");
        for (int i = 0; i < ids.length; i++) {
            assertThat(logits[i / 20][ids[i]])
                    .as("%s, position %d, token %d", key, i / 20, ids[i])
                    .isCloseTo(top[i], within(TOLERANCE));
        }
        if (WHOLE.contains(key)) {
            assertThat(ModelHarness.difference(logits[logits.length - 1], expected.floats(key + ".last_logits")))
                    .as(key)
                    .isLessThan(TOLERANCE);
        }
    }
}
