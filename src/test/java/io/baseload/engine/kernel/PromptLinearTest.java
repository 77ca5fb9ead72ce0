package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.engine.api.Precision;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Prompts in integers: the vector twin and the library give the definition's bits, a row's bits depend on nothing beside it, and the result is close to F32's. */
@Tag("kernel")
class PromptLinearTest {
    private static final int MAX_ROWS = 37;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(11);
    private final Scratch scratch = Scratch.allocate(memory, 2048, 32);
    private final Kernels scalar = Kernels.scalar(Precision.FAST);
    private final Kernels best = new VectorKernels(Precision.FAST, null);

    @AfterEach
    void free() {
        memory.close();
    }

    static Stream<Packing> packings() {
        return RandomWeights.packings().filter(packing -> packing.codes().coded() && 128 % packing.block() == 0);
    }

    /** Those that this machine multiplies in integers: none, where floats are as fast. */
    static Stream<Packing> integerPackings() {
        return packings().filter(packing -> PromptLinear.USABLE);
    }

    private PromptRows room(Rows x, int rows) {
        return PromptRows.allocate(memory, PromptRows.elements(rows, x.width()), 1);
    }

    private PromptRows quantized(Kernels kernels, Rows x, int rows) {
        PromptRows quantized = room(x, rows);
        kernels.quantize(x, rows, 0, rows, quantized, scratch);
        return quantized;
    }

    private static Rows output(PackedMatrix w, int count) {
        Rows y = new Rows(new float[3 + count * (w.rows() + 7)], 3, w.rows(), w.rows() + 7);
        Arrays.fill(y.data(), 12345f);
        return y;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("integerPackings")
    void theTwinsAgree(Packing packing) {
        for (int cols : new int[] {packing.block(), 640}) {
            for (int rows : new int[] {1, 64, 130}) {
                PackedMatrix w = random.matrix(memory, packing, rows, cols);
                assertTrue(best.quantizesPrompts(w));
                for (int count : new int[] {1, 17, MAX_ROWS}) {
                    assertTwins(w, count);
                }
            }
        }
    }

    private void assertTwins(PackedMatrix w, int count) {
        Rows x = random.rows(count, w.cols());
        Rows expected = output(w, count);
        Rows actual = output(w, count);
        scalar.prefillLinear(w, quantized(scalar, x, count), expected, 0, count, 0, w.panels(), scratch);
        best.prefillLinear(w, quantized(best, x, count), actual, 0, count, 0, w.panels(), scratch);
        assertArrayEquals(
                expected.data(), actual.data(), () -> w.packing() + " " + w.rows() + " × " + w.cols() + ", " + count);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("integerPackings")
    void aRowDependsOnNothingBesideIt(Packing packing) {
        int cols = 128 + packing.block();
        PackedMatrix w = random.matrix(memory, packing, 250, cols);
        assertTrue(best.quantizesPrompts(w));
        int many = 640;
        Rows x = random.rows(many, cols);
        Rows together = output(w, many);
        PromptRows all = quantized(best, x, many);
        best.prefillLinear(w, all, together, 0, many, 0, w.panels(), scratch);
        Rows apart = output(w, many);
        int[] cuts = {0, 1, 2, 19, 83, 84, 340, 630, many};
        for (int i = 1; i < cuts.length; i++) {
            PromptRows some = room(x, many);
            Rows chunk = new Rows(x.data(), x.at(cuts[i - 1]), x.width(), x.stride());
            Rows to = new Rows(apart.data(), apart.at(cuts[i - 1]), apart.width(), apart.stride());
            int count = cuts[i] - cuts[i - 1];
            best.quantize(chunk, count, 0, count / 2, some, scratch);
            best.quantize(chunk, count, count / 2, count, some, scratch);
            for (int panel = 0, panels = 1; panel < w.panels(); panel += panels, panels = panels % 5 + 1) {
                best.prefillLinear(w, some, to, 0, count, panel, Math.min(w.panels(), panel + panels), scratch);
            }
        }
        assertArrayEquals(together.data(), apart.data());
        Rows parts = output(w, many);
        for (int i = 1; i < cuts.length; i++) {
            best.prefillLinear(w, all, parts, cuts[i - 1], cuts[i], 0, w.panels(), scratch);
        }
        assertArrayEquals(together.data(), parts.data());
    }

    @ParameterizedTest
    @MethodSource("packings")
    void theResultIsCloseToThatOfFloats(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 48, 1024);
        Rows x = random.rows(9, w.cols());
        Rows exact = output(w, 9);
        Rows rounded = output(w, 9);
        scalar.prefillLinear(w, x, exact, 0, 9, 0, w.panels(), scratch);
        scalar.prefillLinear(w, quantized(scalar, x, 9), rounded, 0, 9, 0, w.panels(), scratch);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < exact.data().length; i++) {
            error += Math.pow(exact.data()[i] - rounded.data()[i], 2);
            norm += exact.data()[i] == 12345f ? 0 : Math.pow(exact.data()[i], 2);
        }
        assertTrue(Math.sqrt(error / norm) < 0.03, () -> packing + ": " + Math.sqrt(exact.data().length));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("integerPackings")
    void nothingIsAllocatedOnTheHeap(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 256, 1024);
        assertTrue(best.quantizesPrompts(w));
        Rows x = random.rows(48, w.cols());
        Rows y = Rows.allocate(48, w.rows());
        PromptRows quantized = room(x, 48);
        Allocation.assertNone(20, () -> {
            best.quantize(x, 48, 0, 48, quantized, scratch);
            best.prefillLinear(w, quantized, y, 0, 48, 0, w.panels(), scratch);
        });
    }

    @Test
    void rowsThatWereNotQuantizedAreRefused() {
        PackedMatrix w = random.matrix(memory, Packing.Q4_0, 16, 64);
        Rows x = random.rows(1, 32);
        var thrown = org.junit.jupiter.api.Assertions.assertThrows(
                IllegalStateException.class,
                () -> best.prefillLinear(w, quantized(scalar, x, 1), x, 0, 1, 0, 1, scratch));
        assertEquals("rows of 32 were quantized, not of 64", thrown.getMessage());
    }
}
