package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.kv.PageTable;
import io.baseload.testing.Safetensors;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tiny models of the families with experts, latent attention or a filter before it, against the logits of their references. */
@Tag("kernel")
class ExpertFamiliesTest {
    private static final float TOLERANCE = 1e-3f;
    private static final int CONTEXT = 320;

    static final List<String> MODELS = List.of(
            "tiny-mixtral",
            "tiny-qwen3-moe",
            "tiny-gpt-oss",
            "gpt-oss-mxfp4",
            "gpt-oss-mxfp4/model.gguf",
            "deepseek-v2",
            "deepseek-v3",
            "tiny-yuan2",
            "yuan2-m32");

    private static Path folder(String model) {
        return TestModels.reference(model.split("/", -1)[0]);
    }

    private static JsonNode expected(String model) {
        return JsonMapper.shared().readTree(folder(model).resolve("expected.json"));
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void computesTheReferencesLogits(String model) throws IOException {
        Safetensors values = Safetensors.read(folder(model).resolve("expected.safetensors"));
        JsonNode expected = expected(model);
        try (ModelBench bench = new ModelBench(TestModels.reference(model), CONTEXT, 2)) {
            for (JsonNode sequence : expected.get("sequences")) {
                int[] ids = ints(sequence.get("ids"));
                PageTable table = bench.sequence();
                float[][] logits = bench.prefill(table, ids, 0, ids.length);
                for (int i = 0; i < ids.length; i++) {
                    float[] reference = values.row(sequence.get("name").asString() + ".logits", i);
                    assertThat(ModelBench.difference(logits[i], reference))
                            .as("%s, position %d", sequence.get("name"), i)
                            .isLessThan(TOLERANCE);
                }
                table.release();
            }
            if (expected.has("long")) {
                float[] last = last(bench, ints(expected.get("long").get("ids")));
                assertThat(ModelBench.difference(last, values.floats("long.last_logits")))
                        .as("long")
                        .isLessThan(TOLERANCE);
            }
        }
    }

    private static float[] last(ModelBench bench, int[] ids) {
        PageTable table = bench.sequence();
        float[][] logits = {};
        for (int from = 0; from < ids.length; from += ModelBench.ROWS) {
            logits = bench.prefill(table, ids, from, Math.min(ids.length, from + ModelBench.ROWS));
        }
        table.release();
        return logits[logits.length - 1];
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void decodesTheReferencesTokens(String model) {
        JsonNode greedy = expected(model).get("greedy");
        int[] prompt = ints(greedy.get("prompt_ids"));
        try (ModelBench bench = new ModelBench(TestModels.reference(model), CONTEXT, 2)) {
            PageTable table = bench.sequence();
            float[] logits = bench.prefill(table, prompt, 0, prompt.length)[prompt.length - 1];
            int position = prompt.length;
            for (JsonNode id : greedy.get("ids")) {
                int token = ModelBench.argmax(logits);
                assertThat(token).as("position %d", position).isEqualTo(id.asInt());
                logits = bench.decode(table, token, position++);
            }
        }
    }

    /**
     * Prefills up to a cut beside another prompt's chunk and a third's decoded token, then a second chunk, then decodes: always the same bits for a row of the same
     * kind, and nearly the same for the other kind.
     */
    @ParameterizedTest
    @FieldSource("MODELS")
    void givesTheSameBitsInAnyCompany(String model) {
        Random random = new Random(1);
        JsonNode expected = expected(model);
        int[] ids = ints(expected.get("sequences").get(3).get("ids"));
        try (ModelBench alone = new ModelBench(TestModels.reference(model), CONTEXT, 1);
                ModelBench crowded = new ModelBench(TestModels.reference(model), CONTEXT, 3)) {
            float[][] whole = alone.prefill(alone.sequence(), ids, 0, ids.length);
            for (int trial = 0; trial < 8; trial++) {
                split(crowded, ids, 1 + random.nextInt(ids.length - 1), whole);
            }
        }
    }

    private static void split(ModelBench bench, int[] ids, int cut, float[][] whole) {
        PageTable table = bench.sequence();
        PageTable other = bench.sequence();
        PageTable third = bench.sequence();
        bench.batch.clear();
        bench.batch.addPrefill(other, ids, 0, 2, 2);
        bench.batch.addPrefill(table, ids, 0, cut, ids.length);
        bench.batch.addDecode(third, ids[0], 0, 1);
        bench.batch.wantLogits(1 + cut);
        assertThat(bench.forward(1)[0]).as("last of %d prompt rows", cut).isEqualTo(whole[cut - 1]);
        float[] rest = bench.prefill(table, ids, cut, ids.length)[ids.length - cut - 1];
        assertThat(rest).as("prompt in two chunks, cut at %d", cut).isEqualTo(whole[ids.length - 1]);
        bench.prefill(third, ids, 0, cut);
        for (int i = cut; i < ids.length; i++) {
            assertThat(ModelBench.difference(bench.decode(third, ids[i], i), whole[i]))
                    .as("decoded at %d", i)
                    .isLessThan(1e-4f);
        }
        table.release();
        other.release();
        third.release();
    }
}
