package io.baseload.engine.kernel;

import static io.baseload.engine.api.Precision.EXACT;
import static io.baseload.engine.api.Precision.FAST;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector twin gives the same bits as the scalar twin, and a row's bits don't depend on other rows. */
@Tag("kernel")
class LinearTest {
    private static final int[] ROWS = {1, 15, 16, 17, 127, 128, 129, 192, 576};
    private static final int MAX_ROWS = 14;

    /** Columns that many decode rows are multiplied by in several parts. */
    private static final int WIDE = 2112;

    private static final int[] FEW = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(7);
    private final Scratch scratch = Scratch.allocate(memory, WIDE, 32, 32);
    private final Kernels scalar = Kernels.scalar();
    private final Kernels best = Kernels.best();

    /** By the Vector API, and by machine code with those of this machine's instructions that have no wider vectors. */
    private final List<Kernels> fast = Stream.concat(
                    Stream.of((VectorInstructions) null), VectorInstructions.available(Lanes.FLOATS.vectorBitSize()))
            .<Kernels>map(tiles -> new VectorKernels(FAST, null, tiles, null))
            .toList();

    private interface Linear {
        void run(Kernels kernels, PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel);
    }

    private final Linear decode =
            (kernels, w, x, y, from, to, first, end) -> kernels.decodeLinear(w, x, y, from, to, first, end, scratch);
    private final Linear prefill =
            (kernels, w, x, y, from, to, first, end) -> kernels.prefillLinear(w, x, y, from, to, first, end, scratch);

    @AfterEach
    void free() {
        memory.close();
    }

    private List<PackedMatrix> matrices(Packing packing) {
        List<PackedMatrix> matrices = new ArrayList<>();
        for (int rows : ROWS) {
            for (int cols : cols(packing)) {
                matrices.add(random.matrix(memory, packing, rows, cols));
            }
        }
        return matrices;
    }

    /** One block, two, several, and where blocks are small many. */
    private static int[] cols(Packing packing) {
        int block = Math.max(packing.block(), 16);
        return new int[] {block, 2 * block, 3 * block, 576 / block * block};
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void theTwinsAgreeInDecode(Packing packing) {
        for (PackedMatrix w : matrices(packing)) {
            assertTwins(decode, w, scalar, best, FEW);
        }
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void theTwinsAgreeInPrefill(Packing packing) {
        for (PackedMatrix w : matrices(packing)) {
            assertTwins(prefill, w, scalar, best, 1, 6, 7, 12, MAX_ROWS);
        }
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void theTwinsAgreeInFastDecode(Packing packing) {
        for (PackedMatrix w : matrices(packing)) {
            assertFastTwins(w, random.rows(FEW[FEW.length - 1], w.cols()), FEW);
        }
        int block = Math.max(packing.block(), 16);
        PackedMatrix wide = random.matrix(memory, packing, 80, WIDE / block * block);
        assertFastTwins(wide, random.rows(Kernels.MAX_DECODE_ROWS, wide.cols()), 1, 9, 13, Kernels.MAX_DECODE_ROWS);
    }

    static Stream<Packing> integerPackings() {
        return RandomWeights.packings().filter(Int8DecodeLinear::takes);
    }

    /** How many panels are read side by side depends on the processor. */
    @ParameterizedTest
    @MethodSource("integerPackings")
    void panelsSideBySideHaveTheSumsOfOne(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 16 * 5, 4 * Math.max(32, packing.block()));
        for (int count : new int[] {1, 3}) {
            Rows x = random.rows(count, w.cols());
            Rows one = GuardedRows.output(w, count);
            Rows two = GuardedRows.output(w, count);
            Int8DecodeLinear.prepare(w, x, 0, count, scratch);
            Int8DecodeLinear.multiply(w, one, 0, count, 0, w.panels(), Lanes.PARTS, scratch);
            Int8DecodeLinear.multiply(w, two, 0, count, 0, w.panels(), 2 * Lanes.PARTS, scratch);
            assertArrayEquals(one.data(), two.data());
        }
    }

    static Stream<Packing> codedPackings() {
        return RandomWeights.packings().filter(packing -> packing.codes().coded());
    }

    @ParameterizedTest
    @MethodSource("codedPackings")
    void theExtremesFitInFastDecode(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 256, 2 * Math.max(packing.block(), 32));
        for (int panel = 0; panel < w.panels(); panel++) {
            for (int block = 0; block < w.blocks(); block++) {
                long bytes = (long) w.packing().block()
                        * PackedMatrix.LANES
                        * packing.codes().bits()
                        / 8;
                w.data().asSlice(w.codes(panel, block), bytes).fill(filler(packing, panel));
            }
        }
        Rows x = random.rows(6, w.cols());
        for (int row = 0; row < 6; row++) {
            for (int column = 0; column < w.cols(); column++) {
                x.data()[x.at(row) + column] = negative(row, column) ? -3 : 3;
            }
        }
        assertFastTwins(w, x, 1, 2, 3, 6);
    }

    /** Twice the same code of 4 bits, all of them in turn, or one of 8 bits and the least or largest of them. */
    private static byte filler(Packing packing, int panel) {
        byte[] bytes = {-128, 127, 0, -1, 1, -127};
        return packing.codes() == Codes.I8 ? bytes[panel % bytes.length] : (byte) (panel % 16 * 17);
    }

    /** A row of one sign, one of the other, and rows whose signs alternate, each more slowly than the one before. */
    private static boolean negative(int row, int column) {
        return row < 2 ? row == 1 : (column >> (row - 2) & 1) == 1;
    }

    private void assertFastTwins(PackedMatrix w, Rows x, int... counts) {
        fast.stream()
                .collect(Collectors.groupingBy(kernels -> fastDefinition(kernels, w.packing())))
                .forEach((definition, defined) -> assertTwins(decode, w, x, definition, defined, counts));
    }

    private static Kernels fastDefinition(Kernels kernels, Packing packing) {
        VectorInstructions tiles = ((VectorKernels) kernels).tiles();
        if (tiles != null && TileKernel.takes(packing)) {
            // one definition for all whose integers are the same, whatever their instructions
            VectorInstructions same = tiles.dotProducts() ? VectorInstructions.AVX_VNNI : VectorInstructions.AVX2;
            boolean own = packing.codes().codebook() || packing.codes() == Codes.I8;
            return new ScalarKernels(FAST, null, own ? same : null);
        }
        return new ScalarKernels(
                ScalarInt8.takes(packing) && !Int8DecodeLinear.takes(packing) ? EXACT : FAST, null, null);
    }

    private void assertTwins(Linear linear, PackedMatrix w, Kernels definition, Kernels tested, int... counts) {
        Rows x = random.rows(counts[counts.length - 1], w.cols());
        assertTwins(linear, w, x, definition, List.of(tested), counts);
    }

    /** @param counts of the first rows, ascending. The definition, whose rows are independent, computes the most of them once. */
    private void assertTwins(
            Linear linear, PackedMatrix w, Rows x, Kernels definition, List<Kernels> tested, int... counts) {
        int most = counts[counts.length - 1];
        Rows expected = GuardedRows.output(w, most);
        linear.run(definition, w, x, expected, 0, most, 0, w.panels());
        for (Kernels kernels : tested) {
            for (int count : counts) {
                Rows actual = GuardedRows.output(w, count);
                linear.run(kernels, w, x, actual, 0, count, 0, w.panels());
                assertArrayEquals(
                        Arrays.copyOf(expected.data(), actual.data().length),
                        actual.data(),
                        () -> kernels + ": " + w.packing() + " " + w.rows() + " × " + w.cols() + ", " + count);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void aRowDependsOnNothingBesideItInDecode(Packing packing) {
        for (Kernels kernels : List.of(best, scalar, Kernels.scalar(FAST))) {
            assertIndependent(decode, kernels, packing);
        }
        for (Kernels kernels : fast) {
            assertIndependent(decode, kernels, packing);
        }
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void aRowDependsOnNothingBesideItInPrefill(Packing packing) {
        assertIndependent(prefill, best, packing);
        assertIndependent(prefill, scalar, packing);
    }

    private void assertIndependent(Linear linear, Kernels tested, Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 250, 3 * Math.max(packing.block(), 32));
        Rows x = random.rows(MAX_ROWS, w.cols());
        Rows together = GuardedRows.output(w, MAX_ROWS);
        linear.run(tested, w, x, together, 0, MAX_ROWS, 0, w.panels());
        Rows apart = GuardedRows.output(w, MAX_ROWS);
        for (int row = 0; row < MAX_ROWS; row++) {
            for (int panel = 0, panels = 1; panel < w.panels(); panel += panels, panels = panels % 5 + 1) {
                linear.run(tested, w, x, apart, row, row + 1, panel, Math.min(w.panels(), panel + panels));
            }
        }
        assertArrayEquals(together.data(), apart.data());
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void bothKindsAreTheMatrixProduct(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 33, 2 * Math.max(packing.block(), 32));
        Rows x = random.rows(2, w.cols());
        Rows decoded = Rows.allocate(2, w.rows());
        Rows prefilled = Rows.allocate(2, w.rows());
        decode.run(best, w, x, decoded, 0, 2, 0, w.panels());
        prefill.run(best, w, x, prefilled, 0, 2, 0, w.panels());
        float[] weights = new float[w.cols()];
        for (int o = 0; o < w.rows(); o++) {
            Panels.unpackRow(w, o, weights, 0);
            for (int row = 0; row < 2; row++) {
                double sum = 0;
                for (int i = 0; i < w.cols(); i++) {
                    sum += (double) weights[i] * x.data()[x.at(row) + i];
                }
                assertEquals(sum, decoded.data()[decoded.at(row) + o], 1e-4);
                assertEquals(sum, prefilled.data()[prefilled.at(row) + o], 1e-4);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void nothingIsAllocated(Packing packing) {
        PackedMatrix w = random.matrix(memory, packing, 240, 512);
        Rows x = random.rows(MAX_ROWS, w.cols());
        Rows y = GuardedRows.output(w, MAX_ROWS);
        for (int rows : new int[] {1, 3, 8, MAX_ROWS}) {
            Allocation.assertNone(20, () -> best.decodeLinear(w, x, y, 0, rows, 0, w.panels(), scratch));
            for (Kernels kernels : fast) {
                Allocation.assertNone(20, () -> kernels.decodeLinear(w, x, y, 0, rows, 0, w.panels(), scratch));
            }
        }
        Allocation.assertNone(20, () -> best.prefillLinear(w, x, y, 0, MAX_ROWS, 0, w.panels(), scratch));
    }
}
