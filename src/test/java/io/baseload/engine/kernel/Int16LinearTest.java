package io.baseload.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of 16-bit integers: the machine's are those of the definition, bit for bit, and these are near F32's. Without the instructions the definition is compared with itself. */
@Tag("kernel")
class Int16LinearTest {
    /** Whether this machine has the instructions. */
    private static final boolean USABLE = VectorInstructions.available(Lanes.FLOATS.vectorBitSize())
            .anyMatch(set -> set == VectorInstructions.AVX512_VNNI);

    /** Whether its encoders are computed with them: BF16 is faster where the processor has tiles for it. */
    static final boolean USED = USABLE && !Bf16Linear.USABLE;

    private static final Kernels DEFINED = new ScalarKernels(Precision.FAST, Int16Format.INSTANCE, null);

    private static final Kernels MACHINE = USABLE
            ? new VectorKernels(Precision.FAST, Int16Format.INSTANCE, VectorInstructions.AVX512_VNNI, null)
            : DEFINED;

    private static final int[] WIDTHS = {64, 128, 384, 2240};
    private static final int[] OUTPUTS = {1, 16, 130, 250};

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(16);
    private final Scratch scratch = Scratch.allocate(memory, 2240, 32, 32);

    @AfterEach
    void free() {
        memory.close();
    }

    static Stream<Packing> packings() {
        return Stream.of(Packing.F32, Packing.F16, Packing.BF16);
    }

    /** Panels of a layer, in parts as workers compute them. */
    private Rows product(Kernels kernels, PackedMatrix w, Rows x, int count, int panels) {
        long elements = PromptRows.elements(count, w.cols());
        PromptRows rows = PromptRows.allocate(memory, kernels.promptBytes(Set.of(w.packing()), elements));
        assertEquals(PromptForm.INT16, kernels.promptForm(w));
        kernels.quantize(PromptForm.INT16, x, count, 0, count / 3, rows, scratch);
        kernels.quantize(PromptForm.INT16, x, count, count / 3, count, rows, scratch);
        Rows y = GuardedRows.output(w, count);
        for (int panel = 0; panel < w.panels(); panel += panels) {
            int end = Math.min(w.panels(), panel + panels);
            kernels.prefillLinear(w, rows, y, 0, count / 2, panel, end, scratch);
            kernels.prefillLinear(w, rows, y, count / 2, count, panel, end, scratch);
        }
        return y;
    }

    @ParameterizedTest
    @MethodSource("packings")
    void theMachineMultipliesAsDefined(Packing packing) {
        for (int cols : WIDTHS) {
            for (int outputs : OUTPUTS) {
                PackedMatrix w = random.matrix(memory, packing, outputs, cols);
                for (int count : new int[] {1, 2, 11, 12, 37}) {
                    Rows x = random.rows(count, cols);
                    float[] defined = product(DEFINED, w, x, count, 1).data();
                    assertArrayEquals(
                            defined, product(MACHINE, w, x, count, w.panels()).data());
                    assertArrayEquals(defined, product(MACHINE, w, x, count, 3).data());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("packings")
    void theDefinitionIsNearTheProductOfFloats(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 48, 640);
        Rows x = random.rows(9, w.cols());
        float[] defined = product(DEFINED, w, x, 9, 3).data();
        Rows exact = GuardedRows.output(w, 9);
        Kernels.scalar().prefillLinear(w, x, exact, 0, 9, 0, w.panels(), scratch);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < defined.length; i++) {
            error += Math.pow(exact.data()[i] - defined[i], 2);
            norm += exact.data()[i] == GuardedRows.GUARD ? 0 : Math.pow(exact.data()[i], 2);
        }
        double relative = Math.sqrt(error / norm);
        assertTrue(relative < 5e-4, () -> packing + ": " + relative);
    }

    /** The largest sums of all, of either sign. */
    @Test
    void sumsDontOverflow() {
        PackedMatrix w = filled(64, 0.5f);
        for (float number : new float[] {3, -3}) {
            Rows x = Rows.allocate(1, 64);
            Arrays.fill(x.data(), number);
            for (Kernels kernels : new Kernels[] {DEFINED, MACHINE}) {
                assertEquals(32 * number, product(kernels, w, x, 1, 1).data()[3], 1e-4f);
            }
        }
    }

    @Test
    void zerosStayZerosAndWhatIsNotFiniteIsNotHidden() {
        PackedMatrix zeros = filled(128, 0);
        PackedMatrix ones = filled(128, 1);
        Rows x = Rows.allocate(1, 128);
        for (Kernels kernels : new Kernels[] {DEFINED, MACHINE}) {
            Arrays.fill(x.data(), 0);
            assertEquals(0, product(kernels, ones, x, 1, 1).data()[3]);
            Arrays.fill(x.data(), 1);
            assertEquals(0, product(kernels, zeros, x, 1, 1).data()[3]);
            assertEquals(128, product(kernels, ones, x, 1, 1).data()[3], 1e-3f);
            for (float number : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                x.data()[77] = number;
                assertFalse(Float.isFinite(product(kernels, ones, x, 1, 1).data()[3]));
                x.data()[77] = 1;
                PackedMatrix broken = filled(128, 1);
                broken.data().set(JAVA_FLOAT_UNALIGNED, broken.codes(0, 5), number);
                assertFalse(Float.isFinite(product(kernels, broken, x, 1, 1).data()[3]));
            }
        }
    }

    private PackedMatrix filled(int cols, float weight) {
        PackedMatrix w = PackedMatrix.allocate(memory, Packing.F32, 16, cols);
        for (long at = 0; at < w.data().byteSize(); at += Float.BYTES) {
            w.data().set(JAVA_FLOAT_UNALIGNED, at, weight);
        }
        return w;
    }

    @Test
    void nothingIsAllocatedOnTheHeap() {
        PackedMatrix w = random.matrix(memory, Packing.F32, 256, 1152);
        Rows x = random.rows(48, w.cols());
        Rows y = Rows.allocate(48, w.rows());
        PromptRows rows = PromptRows.allocate(
                memory, MACHINE.promptBytes(Set.of(w.packing()), PromptRows.elements(48, w.cols())));
        MACHINE.quantize(PromptForm.INT16, x, 48, 0, 48, rows, scratch);
        if (USABLE) {
            Allocation.assertNone(20, () -> {
                MACHINE.quantize(PromptForm.INT16, x, 48, 0, 48, rows, scratch);
                MACHINE.prefillLinear(w, rows, y, 0, 48, 0, w.panels(), scratch);
            });
        }
    }

    @Test
    void onlyEncodersOfPlainWeightsInFastUseThem() {
        Kernels encoder = Kernels.encoder(Precision.FAST, Set.of(Packing.F32, Packing.F16));
        assertEquals(USED, encoder.tiers().prefill().equals("int16, machine code for AVX-512 VNNI"));
        assertEquals(Kernels.best(), Kernels.encoder(Precision.EXACT, Set.of(Packing.F32)));
        assertFalse(Int16Format.INSTANCE.takes(random.matrix(memory, Packing.F32, 16, 96)));
        assertFalse(Int16Format.INSTANCE.takes(Packing.Q8_0));
    }
}
