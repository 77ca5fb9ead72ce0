package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.quant.PanelSlices;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.IndexRange;
import io.baseload.engine.tensor.MatrixSlice;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What lies beyond 2^31 bytes of a matrix or of a cache is read as what lies at its beginning. The matrix is a sparse file, of which the last panels alone are written. */
class LargeMatrixTest {
    private static final long LIMIT = 1L << 31;
    private static final int COLS = 4096;

    /** Eight that are read together, and one. */
    private static final int PANELS = 9;

    private static final int ROWS = PANELS * PackedMatrix.LANES;

    @TempDir
    private Path folder;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(11);
    private final Scratch scratch = Scratch.allocate(memory, COLS, 64, 64);

    @AfterEach
    void free() {
        memory.close();
    }

    /** A matrix that ends with a small one, whose first panel begins beyond the limit. */
    private PackedMatrix endingWith(PackedMatrix small) throws IOException {
        int panels = (int) (LIMIT / small.panelBytes()) + 1 + PANELS;
        long bytes = panels * small.panelBytes();
        Path sparse = folder.resolve("sparse");
        try (FileChannel file = FileChannel.open(
                sparse, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE)) {
            file.write(small.data().asByteBuffer(), bytes - small.data().byteSize());
        }
        return new PackedMatrix(small.packing(), panels * PackedMatrix.LANES, COLS, memory.map(sparse, bytes));
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void theLastPanelsAreReadAsTheFirst(Packing packing) throws IOException {
        PackedMatrix small = random.matrix(memory, packing, ROWS, COLS);
        PackedMatrix large = endingWith(small);
        int first = large.panels() - PANELS;
        Rows x = random.rows(3, COLS);
        Rows expected = Rows.allocate(3, ROWS);
        Rows y = Rows.allocate(3, large.rows());
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best(Precision.EXACT), Kernels.best(Precision.FAST))) {
            kernels.decodeLinear(small, x, expected, 0, 3, 0, PANELS, scratch);
            kernels.decodeLinear(large, x, y, 0, 3, first, large.panels(), scratch);
            assertEqualRows(expected, y, packing + ", decode, " + kernels.name());
            kernels.prefillLinear(small, x, expected, 0, 3, 0, PANELS, scratch);
            kernels.prefillLinear(large, x, y, 0, 3, first, large.panels(), scratch);
            assertEqualRows(expected, y, packing + ", prefill, " + kernels.name());
            PromptForm form = kernels.promptForm(large);
            if (form != PromptForm.PLAIN) {
                long bytes = kernels.promptBytes(Set.of(packing), PromptRows.elements(3, COLS));
                PromptRows quantized = PromptRows.allocate(memory, bytes);
                kernels.quantize(form, x, 3, 0, 3, quantized, scratch);
                kernels.prefillLinear(small, quantized, expected, 0, 3, 0, PANELS, scratch);
                kernels.prefillLinear(large, quantized, y, 0, 3, first, large.panels(), scratch);
                assertEqualRows(expected, y, packing + ", quantized prefill, " + kernels.name());
            }
            Rows embedded = Rows.allocate(2, COLS);
            kernels.embed(small, ROWS - 3, embedded, 0);
            kernels.embed(large, large.rows() - 3, embedded, 1);
            assertArrayEquals(row(embedded, 0, 0, COLS), row(embedded, 1, 0, COLS), "embed, " + kernels.name());
        }
        float[] weights = new float[2 * COLS];
        Panels.unpackRow(small, ROWS - 5, weights, 0);
        Panels.unpackRow(large, large.rows() - 5, weights, COLS);
        assertArrayEquals(Arrays.copyOf(weights, COLS), Arrays.copyOfRange(weights, COLS, 2 * COLS));
        var slice = new MatrixSlice(
                packing, new IndexRange(large.rows() - ROWS, large.rows()), List.of(new IndexRange(0, COLS)));
        PackedMatrix part = PackedMatrix.allocate(memory, packing, ROWS, COLS);
        PanelSlices.copy(large, slice, part, 0, part.panels());
        assertEquals(-1, small.data().mismatch(part.data()));
    }

    /** The last columns of the large matrix's outputs are those of the small one. */
    private static void assertEqualRows(Rows expected, Rows y, String what) {
        for (int row = 0; row < 3; row++) {
            assertArrayEquals(row(expected, row, 0, ROWS), row(y, row, y.width() - ROWS, ROWS), what);
        }
    }

    private static float[] row(Rows rows, int row, int from, int count) {
        return Arrays.copyOfRange(rows.data(), rows.at(row) + from, rows.at(row) + from + count);
    }

    @Test
    void theLastPagesAreReadAsTheFirst() {
        int heads = 2;
        for (KvPrecision precision : KvPrecision.values()) {
            var layout = new KvLayout(4, 1, 128, 128, 0, precision);
            int pages = (int) (LIMIT / layout.pageBytes()) + 3;
            try (NativeMemory own = new NativeMemory()) {
                KvPages kv = KvPages.allocate(own, pages, layout);
                Rows keys = random.rows(2 * KvPages.TOKENS, 128);
                Rows values = random.rows(2 * KvPages.TOKENS, 128);
                int[][] tables = {{0, 1}, {pages - 2, pages - 1}};
                for (int[] table : tables) {
                    for (int t = 0; t < 2 * KvPages.TOKENS; t++) {
                        kv.store(table[t / KvPages.TOKENS], 3, t % KvPages.TOKENS, keys, values, t);
                    }
                }
                Rows q = random.rows(1, heads * 128);
                for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best())) {
                    Rows out = Rows.allocate(2, heads * 128);
                    for (int i = 0; i < tables.length; i++) {
                        Rows one = Rows.allocate(1, heads * 128);
                        new Attention(
                                        kv,
                                        3,
                                        AttentionOptions.scaled(0.1f),
                                        new int[1],
                                        new int[] {2 * KvPages.TOKENS},
                                        q,
                                        one)
                                .run(kernels, tables[i], 0, 1, 0, heads, scratch);
                        System.arraycopy(one.data(), one.at(0), out.data(), out.at(i), heads * 128);
                    }
                    assertArrayEquals(row(out, 0, 0, heads * 128), row(out, 1, 0, heads * 128), precision.label());
                }
            }
        }
    }
}
