package io.baseload.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights that aren't coded, in machine code: the results have the definition's bits. */
@Tag("kernel")
class FloatLinearTest {
    private static final int WIDE = 2112;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(13);
    private final Scratch scratch = Scratch.allocate(memory, WIDE, 32, 32);
    private final Kernels scalar = Kernels.scalar();

    /** Weights and instructions that multiply them. */
    record Form(VectorInstructions set, Packing packing) {
        Kernels kernels() {
            return new VectorKernels(Precision.EXACT, null, null, set);
        }
    }

    @AfterEach
    void free() {
        memory.close();
    }

    /** With those instructions that this machine has. */
    static Stream<Form> forms() {
        return VectorInstructions.available(Lanes.FLOATS.vectorBitSize())
                .flatMap(set -> RandomWeights.packings()
                        .filter(packing -> !packing.codes().coded())
                        .map(packing -> new Form(set, packing)));
    }

    static Stream<Form> formsOf16Bits() {
        return forms().filter(form -> form.packing.codes().bits() == 16);
    }

    static Stream<Form> formsOf8Bits() {
        return forms().filter(form -> form.packing.codes().bits() == 8);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void theTwinsAgree(Form form) {
        int block = form.packing.block();
        int[] widths = form.packing.codes().plain()
                ? new int[] {1, 15, 16, 17, 47, 100, WIDE}
                : new int[] {block, 2 * block, WIDE / block * block};
        for (int cols : widths) {
            for (int rows : new int[] {1, 16, 33, 80, 135}) {
                assertTwins(form, random.matrix(memory, form.packing, rows, cols));
            }
        }
    }

    private void assertTwins(Form form, PackedMatrix w) {
        Rows x = random.rows(Kernels.MAX_DECODE_ROWS, w.cols());
        Rows expected = GuardedRows.output(w, Kernels.MAX_DECODE_ROWS);
        scalar.decodeLinear(w, x, expected, 0, Kernels.MAX_DECODE_ROWS, 0, w.panels(), scratch);
        for (int count = 1; count <= Kernels.MAX_DECODE_ROWS; count++) {
            Rows actual = GuardedRows.output(w, count);
            form.kernels().decodeLinear(w, x, actual, 0, count, 0, w.panels(), scratch);
            int rows = count;
            assertArrayEquals(
                    Arrays.copyOf(expected.data(), actual.data().length),
                    actual.data(),
                    () -> form + " " + w.rows() + " × " + w.cols() + ", " + rows);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void panelsInAnyPartsGiveTheSame(Form form) {
        int block = Math.max(16, form.packing.block());
        PackedMatrix w = random.matrix(memory, form.packing, 250, 3 * block);
        Rows x = random.rows(5, w.cols());
        Rows together = GuardedRows.output(w, 5);
        Rows apart = GuardedRows.output(w, 5);
        form.kernels().decodeLinear(w, x, together, 0, 5, 0, w.panels(), scratch);
        for (int row = 0; row < 5; row++) {
            for (int panel = 0, panels = 1; panel < w.panels(); panel += panels, panels = panels % 5 + 1) {
                int end = Math.min(w.panels(), panel + panels);
                form.kernels().decodeLinear(w, x, apart, row, row + 1, panel, end, scratch);
            }
        }
        assertArrayEquals(together.data(), apart.data());
    }

    /** Also those without a leading one. A column is a matrix whose results are its weights. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("formsOf16Bits")
    void allFiniteNumbersOf16BitsAreWidened(Form form) {
        int infinity = form.packing.codes() == Codes.F16 ? 0x7C00 : 0x7F80;
        PackedMatrix w = PackedMatrix.allocate(memory, form.packing, 2 * infinity, 1);
        float[] expected = new float[w.rows()];
        for (int i = 0; i < w.rows(); i++) {
            int bits = i < infinity ? i : i - infinity | 0x8000;
            w.data().set(JAVA_SHORT_UNALIGNED, 2L * i, (short) bits);
            Panels.unpackRow(w, i, expected, i);
        }
        Rows y = Rows.allocate(1, w.rows());
        Rows one = new Rows(new float[] {1}, 0, 1, 1);
        form.kernels().decodeLinear(w, one, y, 0, 1, 0, w.panels(), scratch);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i] + 0f, y.data()[i] + 0f);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("formsOf8Bits")
    void allNumbersOf8BitsAreWidened(Form form) {
        PackedMatrix w = PackedMatrix.allocate(memory, form.packing, 256, form.packing.block());
        for (int panel = 0; panel < w.panels(); panel++) {
            for (int i = 0; i < form.packing.codeBytes(); i++) {
                w.data().set(JAVA_BYTE, w.codes(panel, 0) + i, (byte) (panel * 16 + i % 16));
            }
            for (int lane = 0; lane < 16; lane++) {
                w.data().set(JAVA_FLOAT, w.scales(panel, 0) + 4L * lane, 0.3f + lane);
            }
        }
        Rows x = Rows.allocate(1, w.cols());
        x.data()[7] = 1.7f;
        Rows expected = GuardedRows.output(w, 1);
        Rows actual = GuardedRows.output(w, 1);
        scalar.decodeLinear(w, x, expected, 0, 1, 0, w.panels(), scratch);
        form.kernels().decodeLinear(w, x, actual, 0, 1, 0, w.panels(), scratch);
        for (int row = 0; row < w.rows(); row++) {
            if ((row & 0x7F) != 0x7F) { // not a number
                assertEquals(expected.data()[3 + row], actual.data()[3 + row]);
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void rowsOfAnotherWidthAreRefused(Form form) {
        int block = Math.max(16, form.packing.block());
        PackedMatrix narrow = random.matrix(memory, form.packing, 16, block);
        PackedMatrix wide = random.matrix(memory, form.packing, 16, 2 * block);
        Rows y = Rows.allocate(1, 16);
        form.kernels().prepareDecode(narrow, random.rows(1, block), 0, 1, scratch);
        var thrown = assertThrows(
                IllegalArgumentException.class, () -> form.kernels().decodePanels(wide, y, y, 0, 1, 0, 1, scratch));
        assertThat(thrown).hasMessage("rows of %d columns for %d".formatted(block, 2 * block));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void freedWeightsAreRefused(Form form) {
        int cols = Math.max(16, form.packing.block());
        NativeMemory own = new NativeMemory();
        PackedMatrix w = random.matrix(own, form.packing, 16, cols);
        Rows y = Rows.allocate(1, 16);
        form.kernels().prepareDecode(w, random.rows(1, cols), 0, 1, scratch);
        own.close();
        assertThrows(IllegalStateException.class, () -> form.kernels().decodePanels(w, y, y, 0, 1, 0, 1, scratch));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void nothingIsAllocated(Form form) {
        PackedMatrix w = random.matrix(memory, form.packing, 240, 512);
        Rows x = random.rows(Kernels.MAX_DECODE_ROWS, w.cols());
        Rows y = GuardedRows.output(w, Kernels.MAX_DECODE_ROWS);
        Kernels kernels = form.kernels();
        for (int rows : new int[] {1, 3, 8, Kernels.MAX_DECODE_ROWS}) {
            Allocation.assertNone(20, () -> kernels.decodeLinear(w, x, y, 0, rows, 0, w.panels(), scratch));
        }
    }
}
