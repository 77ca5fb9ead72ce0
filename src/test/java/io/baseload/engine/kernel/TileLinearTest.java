package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.tensor.Scales;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Prompts in machine code: the result has the definition's bits, which depend on no other row, and is close to F32's. */
@Tag("kernel")
class TileLinearTest {
    private static final int MAX_ROWS = 37;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(11);
    private final Scratch scratch = Scratch.allocate(memory, 2048, 32, 32);

    @AfterEach
    void free() {
        memory.close();
    }

    /** A form of prompt rows for weights. */
    record Form(VectorInstructions tiles, Packing packing) {
        Kernels scalar() {
            return new ScalarKernels(Precision.FAST, null, tiles);
        }

        Kernels best() {
            return new VectorKernels(Precision.FAST, null, tiles, null);
        }

        PromptForm form() {
            return PromptForm.tiles(packing, tiles);
        }
    }

    /** Those that this machine has. */
    static Stream<Form> forms() {
        return VectorInstructions.available(Lanes.FLOATS.vectorBitSize())
                .flatMap(set ->
                        RandomWeights.packings().filter(TileKernel::takes).map(packing -> new Form(set, packing)));
    }

    private PromptRows room(Form form, Rows x, int rows) {
        return PromptRows.allocate(
                memory, form.best().promptBytes(Set.of(form.packing()), PromptRows.elements(rows, x.width())));
    }

    private PromptRows quantized(Form form, Kernels kernels, Rows x, int rows) {
        PromptRows quantized = room(form, x, rows);
        kernels.quantize(form.form(), x, rows, 0, rows, quantized, scratch);
        return quantized;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void theTwinsAgree(Form form) {
        for (int cols : new int[] {form.packing().block(), 640}) {
            for (int rows : new int[] {1, 64, 130}) {
                PackedMatrix w = random.matrix(memory, form.packing(), rows, cols);
                assertEquals(form.form(), form.best().promptForm(w));
                for (int count : new int[] {1, 17, MAX_ROWS}) {
                    assertTwins(form, w, count);
                }
            }
        }
    }

    private void assertTwins(Form form, PackedMatrix w, int count) {
        assertTwins(form, w, random.rows(count, w.cols()), count);
    }

    private void assertTwins(Form form, PackedMatrix w, Rows x, int count) {
        Rows expected = GuardedRows.output(w, count);
        Rows actual = GuardedRows.output(w, count);
        form.scalar()
                .prefillLinear(w, quantized(form, form.scalar(), x, count), expected, 0, count, 0, w.panels(), scratch);
        form.best().prefillLinear(w, quantized(form, form.best(), x, count), actual, 0, count, 0, w.panels(), scratch);
        assertArrayEquals(
                expected.data(), actual.data(), () -> form + " " + w.rows() + " × " + w.cols() + ", " + count);
    }

    /** Sums of 16 bits: each code for all weights of a panel, and rows whose numbers have the same size and signs that alternate more and more slowly. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void theExtremesFit(Form form) {
        PackedMatrix w = random.matrix(memory, form.packing(), 256, 256);
        for (int panel = 0; panel < w.panels(); panel++) {
            for (int block = 0; block < w.blocks(); block++) {
                byte codes = (byte) (panel * 17);
                w.data()
                        .asSlice(w.codes(panel, block), form.packing().codeBytes())
                        .fill(codes);
            }
        }
        Rows x = random.rows(MAX_ROWS, w.cols());
        for (int row = 0; row < MAX_ROWS; row++) {
            for (int column = 0; column < w.cols(); column++) {
                x.data()[x.at(row) + column] = (column >> row % 6 & 1) == 1 ? -3 : 3 - row % 2 * 6f;
            }
        }
        assertTwins(form, w, x, MAX_ROWS);
    }

    @ParameterizedTest
    @EnumSource
    void allWeightsOf4And8BitsAreInMachineCode(VectorInstructions set) {
        RandomWeights.packings().filter(packing -> packing.codes().coded()).forEach(packing -> {
            PackedMatrix w = PackedMatrix.planned(packing, 16, packing.block());
            assertEquals(PromptForm.tiles(packing, set), PromptForm.of(w, null, set), packing::toString);
        });
    }

    /** Only integers that reach far need larger steps of activations. */
    @ParameterizedTest
    @CsvSource({
        "U4, SIGNED",
        "I4, SIGNED",
        "I8, MAGNITUDES",
        "FP4, MAGNITUDES",
        "E2M1, SHORT_SUMS",
        "NF4, LIMITED",
        "IQ4, MAGNITUDES"
    })
    void withoutDotProductsTheFormFollowsTheIntegers(Codes codes, TileForm form) {
        assertEquals(form, TileForm.of(VectorInstructions.AVX2, new Packing(codes, 64, Scales.F32)));
    }

    /** FP4's numbers are twelfths, except the smallest, which mustn't become zero: many weights are. */
    @Test
    void integersStandForFp4() {
        Packing packing = new Packing(Codes.FP4, 64, Scales.F32);
        IntegerTable table = TileKernel.integers(VectorInstructions.AVX2, packing);
        float[] values = Codebook.of(Codes.FP4);
        for (int code = 0; code < values.length; code++) {
            assertEquals(values[code], table.unit() * table.integers()[code], code % 8 == 1 ? 0.0032f : 1e-7f);
        }
    }

    /** Bytes of 32 columns of a row: codes and 20 bytes of numbers for each group. */
    @ParameterizedTest
    @CsvSource({
        "I4, 32, AVX512_VNNI, 52",
        "I4, 16, AVX512_VNNI, 72",
        "I8, 128, AVX_VNNI, 52",
        "I4, 32, AVX2, 52",
        "I8, 32, AVX2, 84",
        "I8, 16, AVX2, 104",
        "F32, 16, AVX2, 0"
    })
    void rowsTakeTheMemoryThatTheWeightsNeed(Codes codes, int block, VectorInstructions set, long bytes) {
        Packing packing = codes.plain() ? Packing.F32 : new Packing(codes, block, Scales.F32);
        assertEquals(10 * bytes, PromptForm.bytes(Set.of(packing), 320, null, set));
        assertEquals(Math.max(520, 10 * bytes), PromptForm.bytes(Set.of(packing, Packing.Q4_0), 320, null, set));
        assertEquals(
                bytes == 0 ? 0 : 10 * Math.max(64, bytes),
                PromptForm.bytes(Set.of(packing), 320, Bf16Format.ROUNDED, set));
    }

    /** Matrix units don't take every width. Tiles of 16 columns need more than the two bytes of a BF16 number. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void besideBf16ThereIsRoomForTiles(Form form) {
        int many = 200;
        Kernels kernels = new VectorKernels(Precision.FAST, Bf16Format.ROUNDED, form.tiles(), null);
        PackedMatrix w = random.matrix(memory, form.packing(), 16, 640);
        Rows x = random.rows(many, w.cols());
        long bytes = kernels.promptBytes(Set.of(w.packing()), PromptRows.elements(many, w.cols()));
        PromptRows rows = PromptRows.allocate(memory, bytes);
        kernels.quantize(form.form(), x, many, 0, many, rows, scratch);
        Rows expected = GuardedRows.output(w, many);
        Rows actual = GuardedRows.output(w, many);
        form.best().prefillLinear(w, quantized(form, form.best(), x, many), expected, 0, many, 0, 1, scratch);
        kernels.prefillLinear(w, rows, actual, 0, many, 0, 1, scratch);
        assertArrayEquals(expected.data(), actual.data());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void aRowDependsOnNothingBesideIt(Form form) {
        int cols = 128 + form.packing().block();
        PackedMatrix w = random.matrix(memory, form.packing(), 250, cols);
        assertEquals(form.form(), form.best().promptForm(w));
        int many = 640;
        Kernels best = form.best();
        Rows x = random.rows(many, cols);
        Rows together = GuardedRows.output(w, many);
        PromptRows all = quantized(form, form.best(), x, many);
        best.prefillLinear(w, all, together, 0, many, 0, w.panels(), scratch);
        Rows apart = GuardedRows.output(w, many);
        int[] cuts = {0, 1, 2, 19, 83, 84, 340, 630, many};
        for (int i = 1; i < cuts.length; i++) {
            PromptRows some = room(form, x, many);
            Rows chunk = new Rows(x.data(), x.at(cuts[i - 1]), x.width(), x.stride());
            Rows to = new Rows(apart.data(), apart.at(cuts[i - 1]), apart.width(), apart.stride());
            int count = cuts[i] - cuts[i - 1];
            best.quantize(form.form(), chunk, count, 0, count / 2, some, scratch);
            best.quantize(form.form(), chunk, count, count / 2, count, some, scratch);
            for (int panel = 0, panels = 1; panel < w.panels(); panel += panels, panels = panels % 5 + 1) {
                best.prefillLinear(w, some, to, 0, count, panel, Math.min(w.panels(), panel + panels), scratch);
            }
        }
        assertArrayEquals(together.data(), apart.data());
        Rows parts = GuardedRows.output(w, many);
        for (int i = 1; i < cuts.length; i++) {
            best.prefillLinear(w, all, parts, cuts[i - 1], cuts[i], 0, w.panels(), scratch);
        }
        assertArrayEquals(together.data(), parts.data());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void theResultIsCloseToThatOfFloats(Form form) {
        PackedMatrix w = random.matrix(memory, form.packing(), 48, 1024);
        Rows x = random.rows(9, w.cols());
        Rows exact = GuardedRows.output(w, 9);
        Rows rounded = GuardedRows.output(w, 9);
        form.scalar().prefillLinear(w, x, exact, 0, 9, 0, w.panels(), scratch);
        form.scalar().prefillLinear(w, quantized(form, form.scalar(), x, 9), rounded, 0, 9, 0, w.panels(), scratch);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < exact.data().length; i++) {
            error += Math.pow(exact.data()[i] - rounded.data()[i], 2);
            norm += exact.data()[i] == GuardedRows.GUARD ? 0 : Math.pow(exact.data()[i], 2);
        }
        assertTrue(Math.sqrt(error / norm) < 0.03, () -> form + ": " + Math.sqrt(exact.data().length));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void nothingIsAllocatedOnTheHeap(Form form) {
        PackedMatrix w = random.matrix(memory, form.packing(), 256, 1024);
        assertEquals(form.form(), form.best().promptForm(w));
        Rows x = random.rows(48, w.cols());
        Rows y = Rows.allocate(48, w.rows());
        Kernels best = form.best();
        PromptRows quantized = room(form, x, 48);
        Allocation.assertNone(20, () -> {
            best.quantize(form.form(), x, 48, 0, 48, quantized, scratch);
            best.prefillLinear(w, quantized, y, 0, 48, 0, w.panels(), scratch);
        });
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void rowsThatWereNotQuantizedAreRefused(Form form) {
        int cols = Math.max(form.packing().block(), 64);
        PackedMatrix w = random.matrix(memory, form.packing(), 16, 2 * cols);
        Rows x = random.rows(1, cols);
        var thrown = assertThrows(
                IllegalStateException.class,
                () -> form.best().prefillLinear(w, quantized(form, form.scalar(), x, 1), x, 0, 1, 0, 1, scratch));
        assertEquals("rows of %d were quantized, not of %d".formatted(cols, 2 * cols), thrown.getMessage());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("forms")
    void rowsInAnotherFormAreRefused(Form form) {
        PackedMatrix w = random.matrix(
                memory, form.packing(), 16, Math.max(form.packing().block(), 64));
        Rows x = random.rows(1, w.cols());
        for (PromptForm other : PromptForm.values()) {
            if (other.tiles() && other != form.form()) {
                PromptRows quantized = room(form, x, 8);
                form.best().quantize(other, x, 1, 0, 1, quantized, scratch);
                assertThrows(
                        IllegalArgumentException.class,
                        () -> form.best().prefillLinear(w, quantized, x, 0, 1, 0, 1, scratch));
            }
        }
    }
}
