package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.kv.PageTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Computes a sequence in random chunks, beside others that do the same: the first tokens as a prompt, the others one by one as if they had been decoded. */
final class Split {
    private final ModelHarness harness;
    private final int[] ids;
    private final int prompt;
    private final Random random;
    private final PageTable table;
    private int done;
    private int row;

    Split(ModelHarness harness, int[] ids, int prompt, long seed) {
        this.harness = harness;
        this.ids = ids;
        this.prompt = prompt;
        this.random = new Random(seed);
        this.table = harness.sequence();
    }

    /** Logits of all tokens, one step for each that is decoded. */
    float[][] decodeAlone() {
        float[][] logits = new float[ids.length][];
        System.arraycopy(harness.prefill(table, ids, 0, prompt), 0, logits, 0, prompt);
        for (int i = prompt; i < ids.length; i++) {
            harness.batch.clear();
            harness.batch.addDecode(table, ids[i], i, ids.length);
            harness.batch.wantLogits(0);
            logits[i] = harness.forward(1)[0];
        }
        table.release();
        return logits;
    }

    /**
     * Three at once: one with a prompt of {@code prompt} tokens, one that is all prompt, one with a prompt of one token more than the first.
     *
     * @param whole logits of a sequence that is all prompt
     * @param decoded logits of one with a prompt of {@code prompt} tokens
     */
    static void check(ModelHarness harness, int[] ids, int prompt, int seed, float[][] whole, float[][] decoded) {
        List<Split> splits = new ArrayList<>(List.of(
                new Split(harness, ids, prompt, seed),
                new Split(harness, ids, ids.length, seed + 1000),
                new Split(harness, ids, prompt + 1, seed + 2000)));
        while (!splits.isEmpty()) {
            harness.batch.clear();
            splits.forEach(Split::addPrefill);
            splits.forEach(Split::addDecode);
            float[][] logits = harness.forward(harness.batch.logits());
            for (Split split : splits) {
                int last = split.done - 1;
                if (split.row >= 0 && split.prompt != prompt + 1) {
                    float[][] expected = split.prompt == prompt ? decoded : whole;
                    assertThat(logits[split.row])
                            .as("seed %d, position %d", seed, last)
                            .isEqualTo(expected[last]);
                }
            }
            splits.stream().filter(split -> split.done == ids.length).forEach(split -> split.table.release());
            splits.removeIf(split -> split.done == ids.length);
        }
    }

    private void addPrefill() {
        row = -1;
        if (done < prompt) {
            int to = Math.min(prompt, done + 1 + random.nextInt(20));
            harness.batch.addPrefill(table, ids, done, to, ids.length);
            done = to;
            row = harness.batch.wantLogits(harness.batch.rows() - 1);
        }
    }

    /** Now and then it pauses, so that the others go on without it. */
    private void addDecode() {
        if (row < 0 && random.nextInt(4) > 0) {
            harness.batch.addDecode(table, ids[done], done, ids.length);
            done++;
            row = harness.batch.wantLogits(harness.batch.rows() - 1);
        }
    }
}
