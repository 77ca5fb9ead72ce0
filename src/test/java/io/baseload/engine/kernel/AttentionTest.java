package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.tensor.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernel")
class AttentionTest {
    private static final int LAYERS = 2;
    private static final int[] PAGES = {3, 0, 4, 1};
    private static final int TOKENS = 117;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(3);
    private final Scratch scratch = Scratch.allocate(memory, 32, 4 * KvPages.TOKENS);

    @AfterEach
    void free() {
        memory.close();
    }

    /** A sequence of {@link #TOKENS} tokens in layer 1. */
    private KvPages pages(Rows k, Rows v, int kvHeads, int headDim) {
        KvPages kv = KvPages.allocate(memory, 5, LAYERS, kvHeads, headDim);
        for (int t = 0; t < TOKENS; t++) {
            kv.store(PAGES[t / KvPages.TOKENS], 1, t % KvPages.TOKENS, k, v, t);
        }
        return kv;
    }

    @ParameterizedTest
    @CsvSource({"9, 3, 64", "4, 4, 32", "6, 1, 128", "16, 1, 16", "4, 2, 8", "2, 1, 80"})
    void theTwinsAgreeAndPrefillEqualsDecode(int heads, int kvHeads, int headDim) {
        Rows k = random.rows(TOKENS, kvHeads * headDim);
        Rows v = random.rows(TOKENS, kvHeads * headDim);
        Rows q = random.rows(TOKENS, heads * headDim);
        KvPages kv = pages(k, v, kvHeads, headDim);
        Rows expected = Rows.allocate(TOKENS, heads * headDim);
        Rows decoded = Rows.allocate(TOKENS, heads * headDim);
        Rows prefilled = Rows.allocate(TOKENS, heads * headDim);
        for (int t = 0; t < TOKENS; t++) {
            Kernels.scalar().decodeAttention(kv, 1, PAGES, t, q, expected, t, 0, heads, 0.2f, scratch);
            Kernels.best().decodeAttention(kv, 1, PAGES, t, q, decoded, t, 0, heads / 2, 0.2f, scratch);
            Kernels.best().decodeAttention(kv, 1, PAGES, t, q, decoded, t, heads / 2, heads, 0.2f, scratch);
        }
        Kernels.best().prefillAttention(kv, 1, PAGES, 0, q, prefilled, 0, 50, 0, heads, 0.2f, scratch);
        Kernels.best().prefillAttention(kv, 1, PAGES, 50, q, prefilled, 50, TOKENS, 0, 1, 0.2f, scratch);
        Kernels.best().prefillAttention(kv, 1, PAGES, 50, q, prefilled, 50, TOKENS, 1, heads, 0.2f, scratch);
        assertArrayEquals(expected.data(), decoded.data());
        assertArrayEquals(expected.data(), prefilled.data());
    }

    @Test
    void attentionIsTheFormula() {
        Rows k = random.rows(TOKENS, 64);
        Rows v = random.rows(TOKENS, 64);
        Rows q = random.rows(1, 128);
        Rows out = Rows.allocate(1, 128);
        KvPages kv = pages(k, v, 2, 32);
        Kernels.best().decodeAttention(kv, 1, PAGES, 70, q, out, 0, 0, 4, 0.3f, scratch);
        for (int head = 0; head < 4; head++) {
            double[] weights = new double[71];
            double sum = 0;
            for (int t = 0; t < weights.length; t++) {
                double score = 0;
                for (int d = 0; d < 32; d++) {
                    score += (double) q.data()[q.at(0) + head * 32 + d] * k.data()[k.at(t) + head / 2 * 32 + d];
                }
                weights[t] = Math.exp(0.3f * score);
                sum += weights[t];
            }
            for (int d = 0; d < 32; d++) {
                double expected = 0;
                for (int t = 0; t < weights.length; t++) {
                    expected += weights[t] / sum * v.data()[v.at(t) + head / 2 * 32 + d];
                }
                assertEquals(expected, out.data()[head * 32 + d], 1e-5);
            }
        }
    }

    @Test
    void nothingIsAllocated() {
        Rows k = random.rows(TOKENS, 192);
        Rows q = random.rows(TOKENS, 576);
        Rows out = Rows.allocate(TOKENS, 576);
        KvPages kv = pages(k, k, 3, 64);
        Allocation.assertNone(
                20, () -> Kernels.best().decodeAttention(kv, 1, PAGES, 99, q, out, 0, 0, 9, 0.1f, scratch));
        Allocation.assertNone(
                2, () -> Kernels.best().prefillAttention(kv, 1, PAGES, 0, q, out, 0, TOKENS, 0, 9, 0.1f, scratch));
    }
}
