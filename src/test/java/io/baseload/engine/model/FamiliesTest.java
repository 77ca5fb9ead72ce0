package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.kv.PageTable;
import io.baseload.testing.Reference;
import io.baseload.testing.Reference.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A tiny model of each family, compared with the logits of its reference in f32, and with itself in other chunks and beside other sequences. */
@Tag("kernel")
class FamiliesTest {
    private static final float TOLERANCE = 1e-3f;
    private static final int CONTEXT = 320;

    static final List<String> MODELS = List.of(
            "llama/model.gguf",
            "llama3-rope/model.gguf",
            "llama-v5config",
            "mistral",
            "qwen2-swa",
            "phi3-longrope",
            "gemma",
            "gemma2-scalar",
            "gemma3-v5config",
            "qwen3",
            "smollm3",
            "granite",
            "olmo2",
            "tiny-mixtral",
            "tiny-qwen3-moe",
            "tiny-gpt-oss",
            "gpt-oss-mxfp4",
            "gpt-oss-mxfp4/model.gguf",
            "deepseek-v2",
            "deepseek-v3",
            "tiny-yuan2",
            "yuan2-m32");

    @TempDir
    static Path work;

    private static ModelHarness harness(Reference reference, int workers) {
        return new ModelHarness(reference.model(), CONTEXT, workers);
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void computesTheReferencesLogits(String model) throws IOException {
        Reference reference = Reference.open(model, work);
        try (ModelHarness harness = harness(reference, 2)) {
            for (Sequence sequence : reference.sequences()) {
                PageTable table = harness.sequence();
                float[][] logits = harness.prefill(table, sequence.ids(), 0, sequence.ids().length);
                for (int i = 0; i < sequence.positions().length; i++) {
                    float[] row = reference.values().row(sequence.name() + ".logits", i);
                    int position = sequence.positions()[i];
                    assertThat(ModelHarness.difference(logits[position], row))
                            .as("%s, position %d", sequence.name(), position)
                            .isLessThan(TOLERANCE);
                }
                table.release();
            }
            if (reference.expected().has("long")) {
                float[] last = last(
                        harness, Reference.ints(reference.expected().get("long").get("ids")));
                assertThat(ModelHarness.difference(last, reference.values().floats("long.last_logits")))
                        .as("long")
                        .isLessThan(TOLERANCE);
            }
        }
    }

    private static float[] last(ModelHarness harness, int[] ids) {
        PageTable table = harness.sequence();
        float[][] logits = {};
        for (int from = 0; from < ids.length; from += ModelHarness.MAX_ROWS) {
            logits = harness.prefill(table, ids, from, Math.min(ids.length, from + ModelHarness.MAX_ROWS));
        }
        table.release();
        return logits[logits.length - 1];
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void decodesTheReferencesTokens(String model) throws IOException {
        Reference reference = Reference.open(model, work);
        int[] prompt = Reference.ints(reference.expected().get("greedy").get("prompt_ids"));
        int[] ids = Reference.ints(reference.expected().get("greedy").get("ids"));
        try (ModelHarness harness = harness(reference, 2)) {
            assertThat(harness.greedy(prompt, ids.length)).isEqualTo(ids);
        }
    }

    /** A row's bits depend on its sequence and on its kind, prefill or decode, alone; between the kinds they differ in the last places. */
    @ParameterizedTest
    @FieldSource("MODELS")
    void givesTheSameInAnySplitAndAnyCompany(String model) throws IOException {
        Reference reference = Reference.open(model, work);
        int[] ids = reference.ids(70);
        try (ModelHarness alone = harness(reference, 1);
                ModelHarness crowded = harness(reference, 3)) {
            float[][] whole = alone.prefill(alone.sequence(), ids, 0, ids.length);
            int prompt = ids.length / 3;
            float[][] decoded = new Split(alone, ids, prompt, 0).decodeAlone();
            for (int i = prompt; i < ids.length; i++) {
                assertThat(ModelHarness.difference(decoded[i], whole[i]))
                        .as("decoded at %d", i)
                        .isLessThan(1e-4f);
            }
            for (int seed = 1; seed <= 5; seed++) {
                Split.check(crowded, ids, prompt, seed, whole, decoded);
            }
        }
    }

    /** What transformers does when LongRoPE's limit is passed: all positions are computed again with the other factors. */
    @Test
    void computesASequenceAgainThatOutgrowsLongRope() throws IOException {
        Reference reference = Reference.open("phi3-longrope", work);
        int[] prompt = Reference.ints(reference.expected().get("greedy").get("prompt_ids"));
        try (ModelHarness harness = harness(reference, 2)) {
            assertThat(harness.model.config().recomputedBeyond()).isEqualTo(32).isGreaterThan(prompt.length);
            int[] decoded = harness.greedy(prompt, 30);
            int[] all = Arrays.copyOf(prompt, prompt.length + decoded.length);
            System.arraycopy(decoded, 0, all, prompt.length, decoded.length);
            for (int length = prompt.length; length < all.length; length++) {
                PageTable table = harness.sequence();
                float[][] logits = harness.prefill(table, Arrays.copyOf(all, length), 0, length);
                assertThat(all[length]).as("token %d", length).isEqualTo(ModelHarness.argmax(logits[length - 1]));
                table.release();
            }
        }
    }
}
