package io.baseload.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.baseload.engine.format.GgufFile;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import io.baseload.testing.ReferenceTensors;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights encoded anew for panels. */
class EncodingTest {
    @Test
    void bytesHaveNoNestedScales() {
        assertThatThrownBy(() -> new Packing(Codes.I8, 32, Scales.LINEAR8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no panels of I8 in blocks of 32 with LINEAR8");
    }

    private static RowSource gauss(int rows, int cols) {
        Random random = new Random(3);
        float[] values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * 0.05f;
        }
        return RowSource.floats(
                ElementType.F32, rows, cols, (row, out) -> System.arraycopy(values, row * cols, out, 0, cols));
    }

    private static double relativeError(RowSource source, Packing packing) {
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix packed = Panels.pack(memory, source, packing);
            return relativeError(source, (row, out) -> Panels.unpackRow(packed, row, out, 0));
        }
    }

    private static double relativeError(RowSource source, RowSource.FloatRow packed) {
        float[] expected = new float[source.cols()];
        float[] actual = new float[source.cols()];
        double error = 0;
        double size = 0;
        for (int row = 0; row < source.rows(); row++) {
            source.read(row, expected, 0);
            packed.fill(row, actual);
            for (int i = 0; i < expected.length; i++) {
                error += Math.pow(expected[i] - actual[i], 2);
                size += Math.pow(expected[i], 2);
            }
        }
        return Math.sqrt(error / size);
    }

    static Stream<Arguments> encodings() {
        return Stream.of(
                arguments(Packing.F32, 0),
                arguments(Packing.F16, 3e-4),
                arguments(Packing.BF16, 2e-3),
                arguments(Packing.Q8_0, 0.006),
                arguments(Packing.Q4, 0.073),
                arguments(new Packing(Codes.NF4, 64, Scales.F32), 0.094),
                arguments(new Packing(Codes.NF4, 32, Scales.LINEAR8), 0.09),
                arguments(new Packing(Codes.NF4, 64, Scales.LINEAR8), 0.097),
                arguments(new Packing(Codes.NF4, 64, Scales.FLOAT8), 0.097),
                arguments(new Packing(Codes.FP4, 64, Scales.F32), 0.13));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void packedWeightsAreNearTheSource(Packing packing, double most) {
        for (int cols : new int[] {64, 192, 1024, 1088}) {
            assertThat(relativeError(gauss(21, cols), packing)).isBetween(most / 3, most);
        }
    }

    /** NF4 and q4 both follow what lies in a block: rows of very different sizes cost little more than rows of one size. */
    @Test
    void largeRowsLeaveRoomForSmallOnes() {
        RowSource even = gauss(64, 1024);
        RowSource uneven = RowSource.floats(ElementType.F32, 64, 1024, (row, out) -> {
            even.read(row, out, 0);
            for (int i = 0; i < out.length; i++) {
                out[i] *= row % 16 == 0 ? 20 : 1;
            }
        });
        RowSource small = uneven.permuted(
                IntStream.range(0, 64).filter(row -> row % 16 != 0).toArray());
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix packed = Panels.pack(memory, uneven, Packing.Q4);
            double error =
                    relativeError(small, (row, out) -> Panels.unpackRow(packed, row / 15 * 16 + row % 15 + 1, out, 0));
            assertThat(error).isLessThan(0.085);
        }
    }

    @Test
    void affineCodesOfAFileAreFoundAgain() {
        RowSource once = AffineRows.of(20, 96, 32, true, new AffineRows.Packed() {
            @Override
            public int code(int output, int input) {
                return (output + input) % 16;
            }

            @Override
            public int zero(int output, int group) {
                return 5 + group;
            }

            @Override
            public float scale(int output, int group) {
                return 0.5f;
            }
        });
        assertThat(relativeError(once, Packing.Q4)).isLessThan(1e-6);
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -0.3f, 1e-30f, 1e30f})
    void blocksOfOneNumberAreThatNumber(float value) {
        RowSource constant = RowSource.floats(ElementType.F32, 3, 64, (row, out) -> Arrays.fill(out, value));
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix packed = Panels.pack(memory, constant, Packing.Q4);
            float[] row = new float[64];
            Panels.unpackRow(packed, 2, row, 0);
            assertThat(row).containsOnly(value);
        }
    }

    @Test
    void nestedScalesTakeAnEighthOfABitAndWithMinimumsHalfABit() {
        assertThat(bits(new Packing(Codes.NF4, 64, Scales.LINEAR8))).isBetween(4.125, 4.14);
        assertThat(bits(Packing.Q4)).isBetween(4.5, 4.52);
    }

    private static double bits(Packing packing) {
        return PackedMatrix.bytes(packing, 4096, 4096) * 8.0 / (4096 * 4096);
    }

    @Test
    void q8IsThatOfGgml() throws IOException {
        float[] source = ReferenceTensors.read(TestModels.resource("quantization/Q8_0.safetensors"))
                .floats("gauss_source");
        try (GgufFile file = GgufFile.open(TestModels.resource("quantization/Q8_0.gguf"))) {
            MemorySegment expected = file.tensor("gauss").orElseThrow().data();
            RowSource rows = RowSource.of(ElementType.F32, 1, source.length, MemorySegment.ofArray(source));
            assertEquals(
                    -1, expected.mismatch(QuantizedRows.of(rows, Packing.Q8_0).row(0)));
        }
    }

    /** Encoded anew, a block of one number would take the code of 1. */
    @Test
    void aSourceInTheSameEncodingKeepsItsCodes() {
        byte[] eights = new byte[2 * 64 / 2];
        Arrays.fill(eights, (byte) 0x88);
        RowSource source = RowSource.bnb4(Codes.NF4, 2, 64, 64, MemorySegment.ofArray(eights), new float[] {1, 1});
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix packed = Panels.pack(memory, source, new Packing(Codes.NF4, 64, Scales.LINEAR8));
            float[] codes = new float[64 * PackedMatrix.LANES];
            Panels.codes(packed, 0, 0, codes);
            assertThat(codes[1]).isEqualTo(Codebook.of(Codes.NF4)[8]);
        }
    }

    @Test
    void refusesToWriteFormatsThatAreOnlyRead() {
        try (NativeMemory memory = new NativeMemory()) {
            assertThatThrownBy(() -> Panels.pack(memory, gauss(2, 64), new Packing(Codes.IQ4, 32, Scales.F16)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot become");
        }
    }

    @Test
    void float8RoundsToTheNearestEvenNumber() {
        for (int code = 0; code < 0x7f; code++) {
            float value = Float8.e4m3(code);
            assertEquals(code, Float8.nearest(value));
            assertEquals(code | 0x80, Float8.nearest(-value) | 0x80);
            if (code < 0x7e) {
                float middle = (value + Float8.e4m3(code + 1)) / 2;
                assertEquals(code + (code & 1), Float8.nearest(middle));
                assertEquals(code, Float8.nearest(Math.nextDown(middle)));
                assertEquals(code + 1, Float8.nearest(Math.nextUp(middle)));
            }
        }
        assertEquals(0x7e, Float8.nearest(1e9f));
        assertArrayEquals(new float[] {448, -448}, new float[] {Float8.e4m3(0x7e), Float8.e4m3(0xfe)});
    }
}
