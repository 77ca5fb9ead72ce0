package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.testing.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A model cut into 2, 3 and 4 shards against the same as one: logits within 1e-4, the same greedy tokens; and against itself, in other splits, company and numbers of workers, the same bits. */
@Tag("kernel")
class ShardedFamiliesTest {
    private static final float TOLERANCE = 1e-4f;
    private static final int CONTEXT = 320;

    static final List<String> MODELS = FamiliesTest.MODELS;
    static final List<String> KINDS = Reference.KINDS;

    @TempDir
    static Path work;

    private static ModelHarness harness(Reference reference, int shards, int workers) {
        return new ModelHarness(reference.model(), CONTEXT, shards, workers, config -> config);
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void computesWhatOneShardDoes(String model) throws IOException {
        Reference reference = Reference.open(model, work);
        int[] ids = reference.ids(50);
        int[] prompt = Reference.ints(reference.expected().get("greedy").get("prompt_ids"));
        int[] greedy = Reference.ints(reference.expected().get("greedy").get("ids"));
        try (ModelHarness one = harness(reference, 1, 2)) {
            float[][] whole = one.prefill(one.sequence(), ids, 0, ids.length);
            for (int shards = 2; shards <= 4; shards++) {
                try (ModelHarness cut = harness(reference, shards, shards)) {
                    float[][] logits = cut.prefill(cut.sequence(), ids, 0, ids.length);
                    for (int i = 0; i < ids.length; i++) {
                        assertThat(ModelHarness.difference(logits[i], whole[i]))
                                .as("%d shards, position %d", shards, i)
                                .isLessThan(TOLERANCE);
                    }
                    assertThat(cut.greedy(prompt, greedy.length))
                            .as("%d shards", shards)
                            .isEqualTo(greedy);
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void givesTheSameInAnySplitAndAnyCompany(String model) throws IOException {
        checkSplits(model, Precision.EXACT, Quantization.KEEP);
    }

    /** The default precision has kernels of its own for coded weights. */
    @ParameterizedTest
    @FieldSource("KINDS")
    void givesTheSameInAnySplitAndAnyCompanyAlsoInFast(String model) throws IOException {
        checkSplits(model, Precision.FAST, Quantization.Q4);
    }

    private static void checkSplits(String model, Precision precision, Quantization quantization) throws IOException {
        Reference reference = Reference.open(model, work);
        int[] ids = reference.ids(40);
        Path path = reference.model();
        try (ModelHarness alone = new ModelHarness(path, CONTEXT, 2, 2, precision, quantization);
                ModelHarness crowded = new ModelHarness(path, CONTEXT, 2, 5, precision, quantization)) {
            float[][] whole = alone.prefill(alone.sequence(), ids, 0, ids.length);
            int prompt = ids.length / 3;
            float[][] decoded = new Split(alone, ids, prompt, 0).decodeAlone();
            for (int seed = 1; seed <= 2; seed++) {
                Split.check(crowded, ids, prompt, seed, whole, decoded);
            }
        }
    }
}
