package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.kv.PageTable;
import io.baseload.testing.Safetensors;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tiny models with random weights against the logits of another implementation, in f32. */
@Tag("kernel")
class LlamaTest {
    private static final float TOLERANCE = 1e-3f;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-rope"})
    void computesTheReferencesLogits(String name) throws IOException {
        Path folder = TestModels.reference(name);
        Safetensors expected = Safetensors.read(folder.resolve("expected.safetensors"));
        try (ModelBench bench = new ModelBench(folder.resolve("model.gguf"), 96, 2)) {
            for (JsonNode sequence : expected(folder).get("sequences")) {
                int[] ids = ints(sequence.get("ids"));
                PageTable table = bench.sequence();
                float[][] logits = bench.prefill(table, ids, 0, ids.length);
                for (int i = 0; i < ids.length; i++) {
                    float[] reference = expected.row(sequence.get("name").asString() + ".logits", i);
                    assertThat(ModelBench.difference(logits[i], reference))
                            .as("%s, position %d", sequence.get("name"), i)
                            .isLessThan(TOLERANCE);
                }
                assertThat(ModelBench.argmax(logits[ids.length - 1]))
                        .isEqualTo(sequence.get("last_argmax").asInt());
                table.release();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-rope"})
    void decodesTheReferencesTokens(String name) throws IOException {
        Path folder = TestModels.reference(name);
        JsonNode greedy = expected(folder).get("greedy");
        int[] prompt = ints(greedy.get("prompt_ids"));
        try (ModelBench bench = new ModelBench(folder.resolve("model.gguf"), 96, 2)) {
            PageTable table = bench.sequence();
            float[][] logits = bench.prefill(table, prompt, 0, prompt.length);
            int token = ModelBench.argmax(logits[prompt.length - 1]);
            int position = prompt.length;
            for (JsonNode id : greedy.get("ids")) {
                assertThat(token).as("position %d", position).isEqualTo(id.asInt());
                token = ModelBench.argmax(bench.decode(table, token, position++));
            }
        }
    }

    /** A token's result depends on its kind, prefill or decode, and on nothing that is computed beside it, nor on how many threads compute. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-rope"})
    void givesTheSameBitsInAnyCompany(String name) throws IOException {
        Path model = TestModels.reference(name).resolve("model.gguf");
        Random random = new Random(1);
        int[] ids = random.ints(64, 0, 384).toArray();
        try (ModelBench alone = new ModelBench(model, 96, 1);
                ModelBench crowded = new ModelBench(model, 96, 3)) {
            float[][] whole = alone.prefill(alone.sequence(), ids, 0, ids.length);
            for (int trial = 0; trial < 10; trial++) {
                int cut = 1 + random.nextInt(ids.length - 1);
                assertSplit(crowded, ids, cut, whole);
            }
        }
    }

    /** Prefills up to the cut beside another prompt's chunk and a third's decoded token; then decodes the rest. */
    private static void assertSplit(ModelBench bench, int[] ids, int cut, float[][] whole) {
        PageTable table = bench.sequence();
        PageTable other = bench.sequence();
        PageTable third = bench.sequence();
        bench.batch.clear();
        bench.batch.addPrefill(other, ids, 0, 5, 5);
        bench.batch.addPrefill(table, ids, 0, cut, cut);
        bench.batch.addDecode(third, 7, 0, 1);
        bench.batch.wantLogits(bench.batch.rows() - 1);
        bench.batch.wantLogits(4 + cut);
        assertThat(bench.forward(2)[1]).as("last of %d prompt rows", cut).isEqualTo(whole[cut - 1]);
        float[] rest = bench.prefill(table, ids, cut, ids.length)[ids.length - cut - 1];
        assertThat(rest).as("prompt in two chunks, cut at %d", cut).isEqualTo(whole[ids.length - 1]);
        for (int i = cut; i < ids.length; i++) {
            float[] decoded = bench.decode(table, ids[i], i);
            assertThat(ModelBench.difference(decoded, whole[i]))
                    .as("decoded at %d", i)
                    .isLessThan(1e-4f);
        }
        table.release();
        other.release();
        third.release();
    }

    private static JsonNode expected(Path folder) {
        return JsonMapper.shared().readTree(folder.resolve("expected.json"));
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }
}
