package io.baseload.engine.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import io.baseload.testing.ReferenceTensors;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Number formats against the values that ggml's C functions give, bit for bit: read from the file, and read back out of panels. */
class FormatsTest {
    private static final Pattern OURS = Pattern.compile("(NF4|FP4|U4|F8_E4M3)_\\d+");

    /** What GGUF has beside F32. */
    static Stream<ElementType> types() {
        return Arrays.stream(ElementType.values())
                .filter(type -> BlockFormat.exists(type) || type == ElementType.F16 || type == ElementType.BF16)
                .filter(type -> !OURS.matcher(type.name()).matches());
    }

    private interface Check {
        void of(StoredTensor tensor, MemorySegment data, float[] expected);
    }

    private static void forEachTensor(ElementType type, Check check) throws IOException {
        ReferenceTensors reference =
                ReferenceTensors.read(TestModels.resource("quantization/" + type + ".safetensors"));
        try (GgufFile file = GgufFile.open(TestModels.resource("quantization/" + type + ".gguf"))) {
            assertEquals(type.blockSize() > 1 ? 3 : 2, file.tensors().size());
            for (StoredTensor tensor : file.tensors()) {
                assertEquals(type, tensor.type());
                check.of(tensor, tensor.data(), reference.floats(tensor.name()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void blocks(ElementType type) throws IOException {
        forEachTensor(type, (tensor, data, expected) -> {
            float[] actual = new float[expected.length];
            Blocks.dequantize(type, data, 0, actual.length, actual, 0);
            assertArrayEquals(expected, actual, tensor.name());
        });
    }

    @ParameterizedTest
    @MethodSource("types")
    void panels(ElementType type) throws IOException {
        forEachTensor(type, (tensor, data, expected) -> {
            try (NativeMemory memory = new NativeMemory()) {
                RowSource rows = RowSource.of(type, (int) tensor.rows(), (int) tensor.columns(), data);
                PackedMatrix packed = Panels.pack(memory, RowSource.stacked(List.of(rows, rows)));
                assertEquals(2 * tensor.rows(), packed.rows());
                assertRows(packed, expected);
            }
        });
    }

    private static void assertRows(PackedMatrix packed, float[] expected) {
        Rows actual = Rows.allocate(1, packed.cols());
        for (int row = 0; row < packed.rows(); row++) {
            Kernels.scalar().embed(packed, row, actual, 0);
            float[] wanted = new float[packed.cols()];
            System.arraycopy(expected, row % (packed.rows() / 2) * wanted.length, wanted, 0, wanted.length);
            assertArrayEquals(wanted, actual.data(), "row " + row);
        }
    }
}
