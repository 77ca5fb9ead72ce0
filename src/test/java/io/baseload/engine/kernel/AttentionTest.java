package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("kernel")
class AttentionTest {
    private static final int LAYERS = 2;

    /** The first positions are nobody's, so that some tokens stand before the border of two spans and some behind it. */
    private static final int START = 192;

    private static final int[] PAGES = {-1, -1, -1, -1, -1, -1, 3, 0, 4, 1};
    private static final int TOKENS = 117;
    private static final AttentionOptions PLAIN = AttentionOptions.scaled(0.2f);

    /** All tokens; windows of several widths; all since a certain token; something odd. */
    private static final int[][] MASKS = {
        visible(t -> 0),
        visible(t -> Math.max(0, t - 4)),
        visible(t -> Math.max(0, t - 49)),
        visible(t -> t),
        visible(t -> t < 70 ? 0 : 66),
        visible(t -> t % 7 == 0 ? t / 2 : 0)
    };

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(3);
    private final Scratch scratch = Scratch.allocate(memory, 192, 192, 128);

    @AfterEach
    void free() {
        memory.close();
    }

    /** A sequence of {@link #TOKENS} tokens in layer 1. */
    private KvPages pages(Rows k, Rows v, int kvHeads, KvPrecision precision) {
        var layout = new KvLayout(LAYERS, kvHeads, k.width() / kvHeads, v.width() / kvHeads, 3, precision);
        KvPages kv = KvPages.allocate(memory, 5, layout);
        for (int t = 0; t < TOKENS; t++) {
            kv.store(page(t), 1, t % KvPages.TOKENS, k, v, t);
        }
        return kv;
    }

    /** The same with values that are the ends of the keys, kept there alone. */
    private KvPages latentPages(Rows k, int valueDim, KvPrecision precision) {
        var layout = new KvLayout(LAYERS, 1, k.width(), valueDim, 3, precision, true);
        KvPages kv = KvPages.allocate(memory, 5, layout);
        for (int t = 0; t < TOKENS; t++) {
            kv.store(page(t), 1, t % KvPages.TOKENS, k, k, t);
        }
        return kv;
    }

    private static Attention attention(KvPages kv, AttentionOptions options, int[] visible, Rows q, Rows out) {
        return new Attention(kv, 1, options, visible, Attention.causal(START, TOKENS), q, out);
    }

    private static int page(int t) {
        return PAGES[(START + t) / KvPages.TOKENS];
    }

    private static int[] visible(IntUnaryOperator first) {
        return IntStream.range(0, TOKENS).map(first).map(t -> START + t).toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "9, 3, 64, 64",
        "4, 4, 32, 32",
        "6, 1, 128, 128",
        "16, 1, 16, 8",
        "4, 2, 8, 12",
        "2, 1, 80, 72",
        "3, 1, 7, 5",
        "5, 1, 33, 48",
        "7, 1, 24, 24",
        "2, 2, 5, 8",
        "2, 1, 192, 128"
    })
    void theTwinsAgreeAndPrefillEqualsDecode(int heads, int kvHeads, int keyDim, int valueDim) {
        Rows k = random.rows(TOKENS, kvHeads * keyDim);
        Rows v = random.rows(TOKENS, kvHeads * valueDim);
        Rows q = random.rows(TOKENS, heads * keyDim);
        float[] sinks = random.rows(1, heads).data();
        for (KvPrecision precision : KvPrecision.values()) {
            KvPages kv = pages(k, v, kvHeads, precision);
            for (int[] visible : MASKS) {
                check(kv, heads, valueDim, q, visible, PLAIN);
                check(kv, heads, valueDim, q, visible, new AttentionOptions(0.7f, 1.5f, sinks));
            }
        }
    }

    private void check(KvPages kv, int heads, int valueDim, Rows q, int[] visible, AttentionOptions options) {
        Rows expected = Rows.allocate(TOKENS, heads * valueDim);
        Rows decoded = Rows.allocate(TOKENS, heads * valueDim);
        Kernels best = Kernels.best();
        int half = heads / 2;
        for (int t = 0; t < TOKENS; t++) {
            attention(kv, options, visible, q, expected).run(Kernels.scalar(), PAGES, t, t + 1, 0, heads, scratch);
            attention(kv, options, visible, q, decoded).run(best, PAGES, t, t + 1, 0, half, scratch);
            attention(kv, options, visible, q, decoded).run(best, PAGES, t, t + 1, half, heads, scratch);
        }
        assertArrayEquals(expected.data(), decoded.data());
        vectorKernels().forEach(kernels -> {
            Rows prefilled = Rows.allocate(TOKENS, heads * valueDim);
            Attention attention = attention(kv, options, visible, q, prefilled);
            attention.run(kernels, PAGES, 0, 50, 0, heads, scratch);
            attention.run(kernels, PAGES, 50, TOKENS, 0, 1, scratch);
            attention.run(kernels, PAGES, 50, TOKENS, 1, heads, scratch);
            assertArrayEquals(expected.data(), prefilled.data(), kernels::toString);
        });
    }

    /** The Vector API, and all machine code that this machine can run. */
    private static Stream<Kernels> vectorKernels() {
        Stream<VectorInstructions> sets = VectorInstructions.available(Lanes.FLOATS.vectorBitSize());
        return Stream.concat(Stream.of((VectorInstructions) null), sets)
                .map(set -> new VectorKernels(Precision.EXACT, null, null, set));
    }

    @ParameterizedTest
    @CsvSource({"16, 96, 64", "4, 80, 16", "13, 40, 40", "3, 31, 21", "2, 7, 5"})
    void valuesInKeysGiveTheSameBitsInHalfTheRoom(int heads, int keyDim, int valueDim) {
        Rows k = random.rows(TOKENS, keyDim);
        Rows latent = k.columns(keyDim - valueDim, valueDim);
        Rows q = random.rows(TOKENS, heads * keyDim);
        int[] visible = visible(t -> Math.max(0, t - 40));
        for (KvPrecision precision : KvPrecision.values()) {
            KvPages once = latentPages(k, valueDim, precision);
            check(once, heads, valueDim, q, visible, PLAIN);
            KvPages twice = pages(k, latent, 1, precision);
            assertEquals(
                    twice.layout().pageBytes() - LAYERS * twice.layout().valueBytes(),
                    once.layout().pageBytes());
            boolean sameScales = (keyDim - valueDim) % KvLayout.BLOCK == 0;
            if (precision != KvPrecision.Q8 || sameScales) {
                Rows expected = Rows.allocate(TOKENS, heads * valueDim);
                Rows given = Rows.allocate(TOKENS, heads * valueDim);
                attention(twice, PLAIN, visible, q, expected).run(Kernels.best(), PAGES, 0, TOKENS, 0, heads, scratch);
                attention(once, PLAIN, visible, q, given).run(Kernels.best(), PAGES, 0, TOKENS, 0, heads, scratch);
                assertArrayEquals(expected.data(), given.data());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "44, 0", "0, 1.5", "44, 1.5"})
    void attentionIsTheFormula(int first, float softCap) {
        Rows k = random.rows(TOKENS, 64);
        Rows v = random.rows(TOKENS, 40);
        Rows q = random.rows(1, 128);
        Rows out = Rows.allocate(1, 80);
        KvPages kv = pages(k, v, 2, KvPrecision.F32);
        float[] sinks = softCap > 0 ? new float[] {0.5f, -2, 3, 0} : new float[0];
        var options = new AttentionOptions(0.3f, softCap, sinks);
        new Attention(kv, 1, options, new int[] {START + first}, new int[] {START + 71}, q, out)
                .run(Kernels.best(), PAGES, 0, 1, 0, 4, scratch);
        for (int head = 0; head < 4; head++) {
            double[] weights = new double[71];
            double sum = sinks.length == 0 ? 0 : Math.exp(sinks[head]);
            for (int t = first; t < weights.length; t++) {
                double score = 0;
                for (int d = 0; d < 32; d++) {
                    score += (double) q.data()[q.at(0) + head * 32 + d] * k.data()[k.at(t) + head / 2 * 32 + d];
                }
                score *= 0.3f;
                weights[t] = Math.exp(softCap > 0 ? softCap * Math.tanh(score / softCap) : score);
                sum += weights[t];
            }
            for (int d = 0; d < 20; d++) {
                double expected = 0;
                for (int t = first; t < weights.length; t++) {
                    expected += weights[t] / sum * v.data()[v.at(t) + head / 2 * 20 + d];
                }
                assertEquals(expected, out.data()[head * 20 + d], 1e-5);
            }
        }
    }

    @Test
    void readsNoPageBeforeTheWindow() {
        Rows k = random.rows(TOKENS, 32);
        Rows q = random.rows(TOKENS, 64);
        Rows out = Rows.allocate(TOKENS, 64);
        KvPages kv = pages(k, k, 1, KvPrecision.F32);
        int[] visible = visible(t -> Math.max(0, t - 9));
        int[] forgotten = PAGES.clone();
        forgotten[6] = -1;
        forgotten[7] = -1;
        Attention attention = attention(kv, PLAIN, visible, q, out);
        attention.run(Kernels.best(), forgotten, 73, 74, 0, 2, scratch);
        attention.run(Kernels.best(), forgotten, 74, TOKENS, 0, 2, scratch);
        attention.run(Kernels.scalar(), forgotten, 73, TOKENS, 0, 2, scratch);
    }

    @Test
    void aStateIsKeptBesideTheKeys() {
        Rows k = random.rows(TOKENS, 16);
        KvPages kv = KvPages.allocate(memory, 3, new KvLayout(LAYERS, 2, 8, 8, 3, KvPrecision.F32));
        float[] state = {1, 2, 3, 4};
        kv.storeState(1, 1, state, 1, 3);
        for (int page = 0; page < 3; page++) {
            for (int layer = 0; layer < LAYERS; layer++) {
                kv.store(page, layer, 0, k, k, 0);
                kv.store(page, layer, 31, k, k, 0);
            }
        }
        float[] read = new float[3];
        kv.loadState(1, 1, read, 0, 3);
        assertArrayEquals(new float[] {2, 3, 4}, read);
        kv.loadState(1, 0, read, 0, 3);
        assertArrayEquals(new float[3], read);
    }

    @Test
    void softCapIsTanh() {
        Rows x = random.rows(3, 45);
        for (int i = 0; i < x.data().length; i++) {
            x.data()[i] *= i % 5 == 0 ? 1e-3f : i % 3 == 0 ? 300 : 3;
        }
        Rows fast = new Rows(x.data().clone(), x.offset(), 45, x.stride());
        Rows slow = new Rows(x.data().clone(), x.offset(), 45, x.stride());
        Kernels.best().softCap(fast, 5, 1, 3, 2, 45);
        Kernels.scalar().softCap(slow, 5, 1, 3, 2, 45);
        assertArrayEquals(slow.data(), fast.data());
        for (int i = 0; i < x.data().length; i++) {
            int row = (i - x.offset()) / x.stride();
            int column = (i - x.offset()) % x.stride();
            boolean inside = i >= x.offset() && (row == 1 || row == 2) && column >= 2 && column < 45;
            double expected = inside ? 5 * Math.tanh(x.data()[i] / 5.0) : x.data()[i];
            assertEquals(expected, slow.data()[i], 3e-7 * Math.abs(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 0", "F16, 4.9e-4", "Q8, 4e-3"})
    void readsTheStoredValues(KvPrecision precision, float error) {
        Rows k = random.rows(TOKENS, 2 * 45);
        Rows v = random.rows(TOKENS, 2 * 70);
        KvPages kv = pages(k, v, 2, precision);
        float[] key = new float[45];
        float[] value = new float[70];
        for (int t = 0; t < TOKENS; t++) {
            for (int head = 0; head < 2; head++) {
                for (int d = 0; d < 70; d++) {
                    key[Math.min(d, 44)] = kv.key(page(t), 1, head, t % KvPages.TOKENS, Math.min(d, 44));
                    value[d] = kv.value(page(t), 1, head, t % KvPages.TOKENS, d);
                }
                assertClose(k, k.at(t) + head * 45, key, error);
                assertClose(v, v.at(t) + head * 70, value, error);
            }
        }
    }

    /** Within a part of the largest of each block. */
    private static void assertClose(Rows expected, int at, float[] given, float error) {
        for (int block = 0; block < given.length; block += KvLayout.BLOCK) {
            int end = Math.min(given.length, block + KvLayout.BLOCK);
            float largest = 0;
            for (int d = block; d < end; d++) {
                largest = Math.max(largest, Math.abs(expected.data()[at + d]));
            }
            for (int d = block; d < end; d++) {
                assertEquals(expected.data()[at + d], given[d], error * largest);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsValuesThatAreNotFinite(KvPrecision precision) {
        Rows k = random.rows(TOKENS, 48);
        Rows q = random.rows(TOKENS, 48);
        Rows v = random.rows(TOKENS, 48);
        v.data()[v.at(40) + 3] = Float.NaN;
        v.data()[v.at(50) + 46] = Float.NEGATIVE_INFINITY;
        KvPages kv = pages(k, v, 1, precision);
        vectorKernels().forEach(kernels -> {
            for (int first : new int[] {60, 40}) {
                Rows out = Rows.allocate(TOKENS, 48);
                attention(kv, PLAIN, visible(t -> 0), q, out).run(kernels, PAGES, first, 62, 0, 1, scratch);
                assertFalse(Float.isFinite(out.data()[out.at(60) + 3]), kernels::toString);
                assertFalse(Float.isFinite(out.data()[out.at(60) + 46]), kernels::toString);
            }
        });
    }

    /** An infinite key could also have a score of −∞, and its token would be invisible. Rows that don't see it have an answer. */
    @Test
    void keysThatF16CannotHoldFailTheAnswer() {
        Rows k = random.rows(TOKENS, 64);
        Rows v = random.rows(TOKENS, 64);
        Rows q = random.rows(TOKENS, 64);
        k.data()[k.at(40) + 3] = 70_000;
        q.data()[q.at(60) + 3] = -1;
        KvPages kv = pages(k, v, 1, KvPrecision.F16);
        vectorKernels().forEach(kernels -> {
            for (int first : new int[] {60, 40, 25}) {
                Rows out = Rows.allocate(TOKENS, 64);
                attention(kv, PLAIN, visible(t -> 0), q, out).run(kernels, PAGES, first, 62, 0, 1, scratch);
                assertEquals(Float.NaN, out.data()[out.at(60)], kernels::toString);
                for (int i = out.at(first); i < out.at(40); i++) {
                    assertTrue(Float.isFinite(out.data()[i]), kernels::toString);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsAllocated(KvPrecision precision) {
        Rows k = random.rows(TOKENS, 192);
        Rows q = random.rows(TOKENS, 576);
        Rows out = Rows.allocate(TOKENS, 576);
        KvPages kv = pages(k, k, 3, precision);
        Kernels best = Kernels.best();
        int[] visible = visible(t -> Math.max(0, t - 49));
        var capped = new AttentionOptions(0.1f, 3, new float[9]);
        for (AttentionOptions options : new AttentionOptions[] {PLAIN, capped}) {
            Attention attention = attention(kv, options, visible, q, out);
            Allocation.assertNone(20, () -> attention.run(best, PAGES, 99, 100, 0, 9, scratch));
            Allocation.assertNone(2, () -> attention.run(best, PAGES, 0, TOKENS, 0, 9, scratch));
        }
        Allocation.assertNone(20, () -> kv.store(0, 1, 5, k, k, 7));
    }

    @ParameterizedTest
    @EnumSource
    void valuesInKeysAllocateNothing(KvPrecision precision) {
        Rows k = random.rows(TOKENS, 96);
        Rows q = random.rows(TOKENS, 288);
        Rows out = Rows.allocate(TOKENS, 192);
        KvPages kv = latentPages(k, 64, precision);
        Attention attention = attention(kv, PLAIN, visible(t -> 0), q, out);
        Kernels best = Kernels.best();
        Allocation.assertNone(20, () -> attention.run(best, PAGES, 99, 100, 0, 3, scratch));
        Allocation.assertNone(2, () -> attention.run(best, PAGES, 0, TOKENS, 0, 3, scratch));
    }
}
