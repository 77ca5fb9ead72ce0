package io.baseload.engine.kernel;

import static io.baseload.engine.platform.Bf16Products.WIDTH;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.engine.api.Precision;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Encoders' products by plain weights. The twins split alike on any machine, and the definition is nearly F32's product. What an encoder computes here, split where the processor has tiles, is as
 * defined, and a row's bits depend on nothing beside it.
 */
@Tag("kernel")
class SplitLinearTest {
    private static final int MANY = 700;
    private static final int[] WIDTHS = {32, 352, 640};
    private static final int[] OUTPUTS = {1, 64, 130};

    /** For each column. A product is about 0.05 in size, and one BF16 product instead of three would be off by 1e-4. Without tiles, F32's products are compared with the split ones. */
    private static final float TOLERANCE = SplitLinear.USABLE ? 5e-8f : 1e-6f;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(12);
    private final Scratch scratch = Scratch.allocate(memory, 2048, 32);
    private final Kernels defined = new ScalarKernels(Precision.FAST, true);

    @AfterEach
    void free() {
        memory.close();
    }

    static Stream<Packing> packings() {
        return Stream.of(Packing.F32, Packing.BF16, Packing.F16);
    }

    private static Kernels encoder(Packing packing) {
        return Kernels.encoder(Precision.FAST, Set.of(packing));
    }

    private PromptRows room(int rows, int cols) {
        return PromptRows.allocate(PromptRows.elements(rows, cols), defined.promptBytes());
    }

    private static Rows output(PackedMatrix w, int count) {
        Rows y = new Rows(new float[3 + count * (w.rows() + 7)], 3, w.rows(), w.rows() + 7);
        Arrays.fill(y.data(), 12345f);
        return y;
    }

    /** Panels {@code first … end} of a layer, as workers compute it. */
    private void multiply(Kernels kernels, PackedMatrix w, Rows x, int count, Rows y, int first, int end) {
        if (kernels.quantizesPrompts(w)) {
            PromptRows split = room(count, x.width());
            kernels.quantize(x, count, 0, count / 3, split, scratch);
            kernels.quantize(x, count, count / 3, count, split, scratch);
            kernels.prefillLinear(w, split, y, 0, count, first, end, scratch);
        } else {
            kernels.prefillLinear(w, x, y, 0, count, first, end, scratch);
        }
    }

    private Rows product(Kernels kernels, PackedMatrix w, Rows x, int count) {
        Rows y = output(w, count);
        multiply(kernels, w, x, count, y, 0, w.panels());
        return y;
    }

    @Test
    void theTwoPartsMissANumberByItsLastBits() {
        for (float number : random.rows(1, 10_000).data()) {
            double rest = (double) number - SplitFormat.high(number) - SplitFormat.low(number);
            assertTrue(Math.abs(rest) <= 0x1p-17 * Math.abs(number), () -> number + ": " + rest);
        }
    }

    @Test
    void theTwinsSplitRowsAlike() {
        for (int width : WIDTHS) {
            Rows x = random.rows(37, width);
            PromptRows expected = room(37, width);
            defined.quantize(x, 37, 0, 37, expected, scratch);
            PromptRows actual = room(37, width);
            actual.start(x, 37);
            Splitter splitter = new Splitter(640);
            splitter.rows(x, 0, 20, actual);
            splitter.rows(x, 20, 37, actual);
            assertEquals(-1, expected.codes.mismatch(actual.codes));
        }
    }

    @ParameterizedTest
    @MethodSource("packings")
    void theTwinsSplitWeightsAlike(Packing packing) {
        Splitter splitter = new Splitter(640);
        for (int cols : WIDTHS) {
            for (int rows : OUTPUTS) {
                assertSplit(random.matrix(memory, packing, rows, cols), splitter);
            }
        }
    }

    private void assertSplit(PackedMatrix w, Splitter splitter) {
        MemorySegment parts = Arena.ofAuto().allocate((long) WIDTH * SplitFormat.BYTES * w.cols(), 64);
        float[] weights = new float[w.cols()];
        for (int panel = 0; panel < w.panels(); panel += WIDTH / LANES) {
            splitter.weights(w, panel, Math.min(WIDTH / LANES, w.panels() - panel), scratch, parts);
            for (int row = panel * LANES; row < Math.min(w.rows(), panel * LANES + WIDTH); row++) {
                Panels.unpackRow(w, row, weights, 0);
                for (int k = 0; k < SplitFormat.TERMS * w.cols(); k++) {
                    float part = SplitFormat.part(weights[k % w.cols()], k / w.cols());
                    long at = 4L * WIDTH * (k / 2) + 4L * (row - panel * LANES) + 2L * (k % 2);
                    assertEquals(SplitFormat.bits(part), parts.get(JAVA_SHORT, at));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("packings")
    void theDefinitionIsNearlyTheProductOfFloats(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 48, 352);
        assertTrue(defined.quantizesPrompts(w));
        Rows x = random.rows(9, w.cols());
        float[] exact = product(Kernels.scalar(), w, x, 9).data();
        float[] split = product(defined, w, x, 9).data();
        double error = 0;
        double norm = 0;
        for (int i = 0; i < exact.length; i++) {
            error += Math.pow(exact[i] - split[i], 2);
            norm += exact[i] == 12345f ? 0 : Math.pow(exact[i], 2);
        }
        double relative = Math.sqrt(error / norm);
        assertTrue(relative < 1e-5, () -> packing + ": " + relative);
    }

    @ParameterizedTest
    @MethodSource("packings")
    void anEncoderMultipliesAsDefined(Packing packing) {
        for (int cols : WIDTHS) {
            for (int rows : OUTPUTS) {
                PackedMatrix w = random.matrix(memory, packing, rows, cols);
                assertEquals(SplitLinear.USABLE, encoder(packing).quantizesPrompts(w));
                for (int count : new int[] {1, 17, 37, 100}) {
                    assertAsDefined(w, count);
                }
            }
        }
    }

    private void assertAsDefined(PackedMatrix w, int count) {
        Rows x = random.rows(count, w.cols());
        assertArrayEquals(
                product(defined, w, x, count).data(),
                product(encoder(w.packing()), w, x, count).data(),
                TOLERANCE * w.cols(),
                () -> w.packing() + " " + w.rows() + " × " + w.cols() + ", " + count);
    }

    @ParameterizedTest
    @MethodSource("packings")
    void aRowDependsOnNothingBesideIt(Packing packing) {
        for (int cols : new int[] {352, 1536}) {
            PackedMatrix w = random.matrix(memory, packing, 250, cols);
            Rows x = random.rows(MANY, cols);
            Rows apart = output(w, MANY);
            int[] cuts = {0, 1, 2, 19, 83, 84, 340, MANY};
            for (int i = 1; i < cuts.length; i++) {
                Rows chunk = new Rows(x.data(), x.at(cuts[i - 1]), x.width(), x.stride());
                Rows to = new Rows(apart.data(), apart.at(cuts[i - 1]), apart.width(), apart.stride());
                for (int panel = 0, panels = 1; panel < w.panels(); panel += panels, panels = panels % 5 + 1) {
                    int end = Math.min(w.panels(), panel + panels);
                    multiply(encoder(packing), w, chunk, cuts[i] - cuts[i - 1], to, panel, end);
                }
            }
            assertArrayEquals(product(encoder(packing), w, x, MANY).data(), apart.data());
        }
    }

    @Test
    void splittingAllocatesNothingOnTheHeap() {
        PackedMatrix w = random.matrix(memory, Packing.F32, 256, 352);
        Rows x = random.rows(48, w.cols());
        PromptRows split = room(48, w.cols());
        split.start(x, 48);
        Splitter splitter = new Splitter(w.cols());
        MemorySegment parts = Arena.ofAuto().allocate((long) WIDTH * SplitFormat.BYTES * w.cols(), 64);
        Allocation.assertNone(20, () -> {
            splitter.rows(x, 0, 48, split);
            for (int panel = 0; panel < w.panels(); panel += WIDTH / LANES) {
                splitter.weights(w, panel, WIDTH / LANES, scratch, parts);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("packings")
    void multiplyingAllocatesNothingOnTheHeap(Packing packing) {
        Kernels encoder = encoder(packing);
        PackedMatrix w = random.matrix(memory, packing, 256, 352);
        Rows x = random.rows(48, w.cols());
        Rows y = Rows.allocate(48, w.rows());
        PromptRows split = room(48, w.cols());
        boolean splits = encoder.quantizesPrompts(w);
        Allocation.assertNone(20, () -> {
            if (splits) {
                encoder.quantize(x, 48, 0, 48, split, scratch);
                encoder.prefillLinear(w, split, y, 0, 48, 0, w.panels(), scratch);
            } else {
                encoder.prefillLinear(w, x, y, 0, 48, 0, w.panels(), scratch);
            }
        });
    }

    @Test
    void onlyEncodersOfPlainWeightsInFastSplit() {
        Kernels best = Kernels.best(Precision.FAST);
        assertEquals(best, Kernels.encoder(Precision.FAST, Set.of(Packing.F32, Packing.Q8_0)));
        assertEquals(Kernels.best(), Kernels.encoder(Precision.EXACT, Set.of(Packing.F32)));
        Kernels encoder = Kernels.encoder(Precision.FAST, Set.of(Packing.F32, Packing.F16));
        assertEquals(SplitLinear.USABLE, encoder.tiers().prefill().startsWith("split bf16, oneDNN"));
        assertEquals(!SplitLinear.USABLE, encoder.equals(best));
    }

    @Test
    void otherWidthsAndCodesAreNotSplit() {
        assertFalse(defined.quantizesPrompts(random.matrix(memory, Packing.F32, 16, 48)));
        assertFalse(defined.quantizesPrompts(random.matrix(memory, Packing.Q8_0, 16, 64)));
    }
}
