package io.baseload.engine.kernel;

import static io.baseload.engine.platform.Bf16Products.WIDTH;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.engine.api.Precision;
import io.baseload.engine.platform.Bf16Products;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Products in BF16. The twins convert alike on any machine, and the definitions are as near to F32's product as they say. What is computed where the processor has tiles is as defined, and a row's bits
 * depend on nothing beside it.
 */
@Tag("kernel")
class Bf16LinearTest {
    private static final int MANY = 700;
    private static final int[] WIDTHS = {128, 640, 1152, 2176};
    private static final int[] OUTPUTS = {1, 64, 130};

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(12);
    private final Scratch scratch = Scratch.allocate(memory, 2304, 32, 32);

    @AfterEach
    void free() {
        memory.close();
    }

    record Form(Bf16Format format, Packing packing) {
        Kernels defined() {
            return new ScalarKernels(Precision.FAST, format, null);
        }

        /** What computes it here: without tiles other kernels. */
        Kernels machine() {
            return format.equals(Bf16Format.SPLIT)
                    ? Kernels.encoder(Precision.FAST, Set.of(packing))
                    : Kernels.best(Precision.FAST);
        }

        PromptRows room(NativeMemory memory, int rows, int cols) {
            return PromptRows.allocate(memory, format.bytes() * PromptRows.elements(rows, cols));
        }

        Bf16Conversion conversion() {
            return new Bf16Conversion(format, 2304);
        }
    }

    static Stream<Form> forms() {
        Stream<Form> split = RandomWeights.packings()
                .filter(packing -> packing.codes().plain())
                .map(packing -> new Form(Bf16Format.SPLIT, packing));
        Stream<Form> rounded = RandomWeights.packings()
                .filter(packing -> !packing.codes().plain())
                .map(packing -> new Form(Bf16Format.ROUNDED, packing));
        return Stream.concat(split, rounded);
    }

    private PromptRows room(Kernels kernels, PackedMatrix w, int count) {
        long elements = PromptRows.elements(count, w.cols());
        return PromptRows.allocate(memory, kernels.promptBytes(Set.of(w.packing()), elements));
    }

    /** Panels {@code first … end} of a layer, as workers compute it. */
    private void multiply(Kernels kernels, PackedMatrix w, Rows x, int count, Rows y, int first, int end) {
        PromptForm promptForm = kernels.promptForm(w);
        if (promptForm != PromptForm.PLAIN) {
            PromptRows rows = room(kernels, w, count);
            kernels.quantize(promptForm, x, count, 0, count / 3, rows, scratch);
            kernels.quantize(promptForm, x, count, count / 3, count, rows, scratch);
            kernels.prefillLinear(w, rows, y, 0, count, first, end, scratch);
        } else {
            kernels.prefillLinear(w, x, y, 0, count, first, end, scratch);
        }
    }

    private Rows product(Kernels kernels, PackedMatrix w, Rows x, int count) {
        Rows y = GuardedRows.output(w, count);
        multiply(kernels, w, x, count, y, 0, w.panels());
        return y;
    }

    @Test
    void theTwoPartsMissANumberByItsLastBits() {
        for (float number : random.rows(1, 10_000).data()) {
            double rest = (double) number - Bf16Format.high(number) - Bf16Format.low(number);
            assertTrue(Math.abs(rest) <= 0x1p-17 * Math.abs(number), () -> number + ": " + rest);
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theTwinsConvertAlike(Form form) {
        Bf16Conversion conversion = form.conversion();
        for (int cols : WIDTHS) {
            Rows x = random.rows(37, cols);
            PromptRows expected = form.room(memory, 37, cols);
            form.defined().quantize(PromptForm.BF16, x, 37, 0, 37, expected, scratch);
            PromptRows actual = form.room(memory, 37, cols);
            actual.start(PromptForm.BF16, x, 37, null);
            conversion.rows(x, 0, 20, actual);
            conversion.rows(x, 20, 37, actual);
            assertEquals(-1, expected.codes.mismatch(actual.codes));
            for (int rows : OUTPUTS) {
                assertConverted(random.matrix(memory, form.packing(), rows, cols), form.format(), conversion);
            }
        }
    }

    private void assertConverted(PackedMatrix w, Bf16Format format, Bf16Conversion conversion) {
        MemorySegment parts = Arena.ofAuto().allocate(2L * WIDTH * format.depth(w.cols()), 64);
        float[] weights = new float[w.cols()];
        for (int panel = 0; panel < w.panels(); panel += WIDTH / LANES) {
            for (int c = 0; c < format.chunks(w.cols()); c++) {
                conversion.weights(w, panel, Math.min(WIDTH / LANES, w.panels() - panel), c, scratch, parts);
                int columns = format.columns(w.cols(), c);
                for (int row = panel * LANES; row < Math.min(w.rows(), panel * LANES + WIDTH); row++) {
                    Panels.unpackRow(w, row, weights, 0);
                    for (int k = 0; k < format.terms() * columns; k++) {
                        float weight = weights[c * format.chunk() + k % columns];
                        long at = 4L * WIDTH * (k / 2) + 4L * (row - panel * LANES) + 2L * (k % 2);
                        float part = Float.intBitsToFloat(parts.get(JAVA_SHORT, at) << 16);
                        // -0.0 and 0.0 are the same weight
                        assertTrue(part == Bf16Format.part(weight, k / columns));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theDefinitionIsNearTheProductOfFloats(Form form) {
        PackedMatrix w = random.matrix(memory, form.packing(), 48, 640);
        assertEquals(PromptForm.BF16, form.defined().promptForm(w));
        Rows x = random.rows(9, w.cols());
        float[] exact = product(Kernels.scalar(), w, x, 9).data();
        float[] defined = product(form.defined(), w, x, 9).data();
        double error = 0;
        double norm = 0;
        for (int i = 0; i < exact.length; i++) {
            error += Math.pow(exact[i] - defined[i], 2);
            norm += exact[i] == GuardedRows.GUARD ? 0 : Math.pow(exact[i], 2);
        }
        double relative = Math.sqrt(error / norm);
        assertTrue(relative < (form.format().equals(Bf16Format.SPLIT) ? 1e-5 : 5e-3), () -> form + ": " + relative);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theMachineMultipliesAsDefined(Form form) {
        for (int cols : WIDTHS) {
            for (int rows : OUTPUTS) {
                PackedMatrix w = random.matrix(memory, form.packing(), rows, cols);
                for (int count : new int[] {1, 17, 37, 100}) {
                    assertAsDefined(form, w, random.rows(count, cols), count);
                }
            }
        }
    }

    private void assertAsDefined(Form form, PackedMatrix w, Rows x, int count) {
        Kernels machine = form.machine();
        if (Bf16Linear.USABLE) {
            assertEquals(PromptForm.BF16, machine.promptForm(w));
        }
        // of the lengths of weights and rows; without tiles machine code computes, with coarser activations
        double bound = Bf16Linear.USABLE ? 5e-7 : 4e-3;
        float[] defined = product(form.defined(), w, x, count).data();
        float[] actual = product(machine, w, x, count).data();
        double error = 0;
        for (int i = 0; i < defined.length; i++) {
            error += Math.pow(actual[i] - defined[i], 2);
        }
        double relative = Math.sqrt(error) / (length(weights(w)) * length(x.data()));
        assertTrue(relative < bound, () -> form + " " + w.rows() + " × " + w.cols() + ", " + count + ": " + relative);
    }

    private static float[] weights(PackedMatrix w) {
        float[] weights = new float[w.rows() * w.cols()];
        for (int row = 0; row < w.rows(); row++) {
            Panels.unpackRow(w, row, weights, row * w.cols());
        }
        return weights;
    }

    private static double length(float[] numbers) {
        double squares = 0;
        for (float number : numbers) {
            squares += number * (double) number;
        }
        return Math.sqrt(squares);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aRowDependsOnNothingBesideIt(Form form) {
        Kernels machine = form.machine();
        for (int cols : new int[] {384, 2176}) {
            PackedMatrix w = random.matrix(memory, form.packing(), 250, cols);
            Rows x = random.rows(MANY, cols);
            Rows apart = GuardedRows.output(w, MANY);
            int[] cuts = {0, 1, 2, 19, 83, 84, 340, MANY};
            for (int i = 1; i < cuts.length; i++) {
                Rows chunk = new Rows(x.data(), x.at(cuts[i - 1]), x.width(), x.stride());
                Rows to = new Rows(apart.data(), apart.at(cuts[i - 1]), apart.width(), apart.stride());
                for (int panel = 0, panels = 1; panel < w.panels(); panel += panels, panels = panels % 5 + 1) {
                    int end = Math.min(w.panels(), panel + panels);
                    multiply(machine, w, chunk, cuts[i] - cuts[i - 1], to, panel, end);
                }
            }
            float[] together = product(machine, w, x, MANY).data();
            assertArrayEquals(together, apart.data());
            PromptForm promptForm = machine.promptForm(w);
            if (promptForm != PromptForm.PLAIN) {
                PromptRows rows = room(machine, w, MANY);
                machine.quantize(promptForm, x, MANY, 0, MANY, rows, scratch);
                Rows parts = GuardedRows.output(w, MANY);
                for (int i = 1; i < cuts.length; i++) {
                    machine.prefillLinear(w, rows, parts, cuts[i - 1], cuts[i], 0, w.panels(), scratch);
                }
                assertArrayEquals(together, parts.data());
            }
        }
    }

    /** An expert's rows may be the last ones, and fewer than a product reads. */
    @ParameterizedTest
    @ValueSource(ints = {1, 16, 64, 100})
    void aProductFromAnyRowReadsNothingBeyondTheMemory(int count) {
        for (Bf16Format format : List.of(Bf16Format.ROUNDED, Bf16Format.SPLIT)) {
            for (int cols : WIDTHS) {
                PromptRows rows = PromptRows.allocate(memory, format.bytes() * PromptRows.elements(count, cols));
                rows.start(PromptForm.BF16, random.rows(count, cols), count, null);
                for (int c = 0; c < format.chunks(cols); c++) {
                    int depth = format.terms() * format.columns(cols, c);
                    for (int row = 0; row < count; row++) {
                        long end = rows.at(format, c, row) + 2L * Bf16Products.reads(count - row) * depth;
                        assertTrue(end <= rows.codes.byteSize(), format + " " + cols + ", row " + row);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void nothingIsAllocatedOnTheHeap(Form form) {
        PackedMatrix w = random.matrix(memory, form.packing(), 256, 1152);
        Rows x = random.rows(48, w.cols());
        PromptRows rows = form.room(memory, 48, w.cols());
        rows.start(PromptForm.BF16, x, 48, null);
        Bf16Conversion conversion = form.conversion();
        MemorySegment parts = Arena.ofAuto().allocate(2L * WIDTH * form.format().depth(w.cols()), 64);
        Allocation.assertNone(20, () -> {
            conversion.rows(x, 0, 48, rows);
            for (int panel = 0; panel < w.panels(); panel += WIDTH / LANES) {
                for (int c = 0; c < form.format().chunks(w.cols()); c++) {
                    conversion.weights(w, panel, WIDTH / LANES, c, scratch, parts);
                }
            }
        });
        Kernels machine = form.machine();
        Rows y = Rows.allocate(48, w.rows());
        if (Bf16Linear.USABLE) {
            Allocation.assertNone(20, () -> {
                machine.quantize(PromptForm.BF16, x, 48, 0, 48, rows, scratch);
                machine.prefillLinear(w, rows, y, 0, 48, 0, w.panels(), scratch);
            });
        }
    }

    @Test
    void onlyEncodersOfPlainWeightsInFastSplit() {
        Kernels best = Kernels.best(Precision.FAST);
        assertEquals(best, Kernels.encoder(Precision.FAST, Set.of(Packing.F32, Packing.Q8_0)));
        assertEquals(Kernels.best(), Kernels.encoder(Precision.EXACT, Set.of(Packing.F32)));
        Kernels encoder = Kernels.encoder(Precision.FAST, Set.of(Packing.F32, Packing.F16));
        assertEquals(Bf16Linear.USABLE, encoder.tiers().prefill().startsWith("split bf16, oneDNN"));
        assertEquals(Bf16Linear.USABLE, best.tiers().prefill().startsWith("bf16, oneDNN"));
        assertEquals(!Bf16Linear.USABLE && !Int16LinearTest.USED, encoder.equals(best));
    }

    @Test
    void otherWidthsAndCodesAreNotTaken() {
        assertFalse(Bf16Format.SPLIT.takes(random.matrix(memory, Packing.F32, 16, 48)));
        assertFalse(Bf16Format.SPLIT.takes(random.matrix(memory, Packing.Q8_0, 16, 64)));
        assertFalse(Bf16Format.ROUNDED.takes(random.matrix(memory, Packing.F32, 16, 64)));
        assertTrue(Bf16Format.ROUNDED.takes(random.matrix(memory, Packing.Q8_0, 16, 64)));
    }
}
