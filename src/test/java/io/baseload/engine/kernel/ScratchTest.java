package io.baseload.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.tensor.Scales;
import io.baseload.testing.HeapArrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A scratch takes the memory that was said, after the calls that create parts of it. */
class ScratchTest {
    private static final int COLUMNS = 8192;
    private static final int ROWS = 21;
    private static final Packing NF4 = new Packing(Codes.NF4, 64, Scales.F32);
    private static final KvLayout LAYOUT = new KvLayout(1, 1, 128, 128, 0, KvPrecision.F32);

    @Test
    void takesTheHeapThatItSaid() {
        for (Kernels kernels : List.of(
                Kernels.best(Precision.EXACT),
                Kernels.best(Precision.FAST),
                new VectorKernels(Precision.FAST, null, null, null),
                Kernels.scalar(Precision.FAST))) {
            for (Packing packing : List.of(Packing.Q4_0, Packing.Q8_0, NF4)) {
                long said = Scratch.heapBytes(kernels, Set.of(packing), COLUMNS, LAYOUT);
                assertThat(used(kernels, packing))
                        .as("%s, %s", kernels, packing)
                        .isCloseTo(said, withPercentage(3));
            }
        }
    }

    private static long used(Kernels kernels, Packing packing) {
        long before = NativeMemory.liveBytes();
        try (NativeMemory memory = new NativeMemory()) {
            Scratch scratch = Scratch.allocate(memory, COLUMNS, LAYOUT.keyDim(), LAYOUT.valueDim());
            assertThat(NativeMemory.liveBytes() - before)
                    .isEqualTo(Scratch.nativeBytes(COLUMNS, LAYOUT.keyDim(), LAYOUT.valueDim()));
            PackedMatrix w = PackedMatrix.allocate(memory, packing, PackedMatrix.LANES, COLUMNS);
            Rows x = Rows.allocate(ROWS, COLUMNS);
            Rows y = Rows.allocate(ROWS, w.rows());
            kernels.decodeLinear(w, x, y, 0, ROWS, 0, 1, scratch);
            PromptForm form = kernels.promptForm(w);
            if (form != PromptForm.PLAIN) {
                long elements = PromptRows.elements(ROWS, COLUMNS);
                PromptRows quantized = PromptRows.allocate(memory, kernels.promptBytes(Set.of(packing), elements));
                kernels.quantize(form, x, ROWS, 0, ROWS, quantized, scratch);
                kernels.prefillLinear(w, quantized, y, 0, ROWS, 0, 1, scratch);
            }
            return HeapArrays.bytes(scratch, Packing.class.getPackageName());
        }
    }

    /** Also in the warm-up, which has no wide matrices. */
    @Test
    void aSpansKeysAndValuesFitWhereKeysAreWider() {
        try (NativeMemory memory = new NativeMemory()) {
            Scratch scratch = Scratch.allocate(memory, 192, 192, 128);
            assertThat(scratch.widened.byteSize()).isGreaterThanOrEqualTo((192L + 128) * Attention.SPAN * Float.BYTES);
        }
    }

    /** In tiles a row has only one form; the Vector API's rows took seven times as much. */
    @Test
    void tilesTakeLittleHeapForRows() {
        Kernels kernels = Kernels.best(Precision.FAST);
        long rows = Scratch.heapBytes(kernels, Set.of(Packing.Q4_0), 2 * COLUMNS, LAYOUT)
                - Scratch.heapBytes(kernels, Set.of(Packing.Q4_0), COLUMNS, LAYOUT);
        boolean tiles = kernels instanceof VectorKernels vector && vector.tiles() != null;
        assertThat(rows).isLessThan(COLUMNS * (tiles ? 20L : 100L));
    }
}
