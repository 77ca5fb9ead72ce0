package io.baseload.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.format.GgufFile;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import io.baseload.testing.Safetensors;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizerTest {
    private static RowSource gauss(int rows, int cols) {
        Random random = new Random(3);
        float[] values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * 0.05f;
        }
        return RowSource.floats(
                ElementType.F32, rows, cols, (row, out) -> System.arraycopy(values, row * cols, out, 0, cols));
    }

    private static double relativeError(RowSource source, PackedMatrix packed) {
        float[] expected = new float[source.cols()];
        float[] actual = new float[source.cols()];
        double error = 0;
        double size = 0;
        for (int row = 0; row < source.rows(); row++) {
            source.read(row, expected, 0);
            Panels.unpackRow(packed, row, actual, 0);
            for (int i = 0; i < expected.length; i++) {
                error += Math.pow(expected[i] - actual[i], 2);
                size += Math.pow(expected[i], 2);
            }
        }
        return Math.sqrt(error / size);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsPackedIsNearTheSource(Quantizer quantizer) {
        double most = switch (quantizer) {
            case F32 -> 0;
            case F16 -> 3e-4;
            case BF16 -> 2e-3;
            case Q8 -> 0.006;
            case NF4, NF4_DQ, NF4_FP8 -> 0.097;
            case FP4 -> 0.13;
        };
        for (int cols : new int[] {32, 64, 96, 1024, 1088}) {
            RowSource source = gauss(21, cols);
            try (NativeMemory memory = new NativeMemory()) {
                PackedMatrix packed = Panels.pack(memory, quantizer.quantize(source), quantizer.packing(cols));
                assertThat(relativeError(source, packed)).isBetween(most / 3, most);
            }
        }
    }

    @Test
    void doubleQuantizationTakesAnEighthOfABit() {
        Packing packing = Quantizer.NF4_DQ.packing(4096);
        assertEquals(new Packing(Codes.NF4, 64, Scales.LINEAR8), packing);
        assertThat(PackedMatrix.bytes(packing, 4096, 4096) * 8.0 / (4096 * 4096))
                .isBetween(4.125, 4.14);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 33, 100})
    void rowsThatNoBlockDividesBecomeBrainFloats(int cols) {
        assertEquals(ElementType.BF16, Quantizer.NF4_DQ.type(cols));
        assertEquals(Packing.BF16, Quantizer.NF4_DQ.packing(cols));
        assertEquals(ElementType.BF16, Quantizer.Q8.quantize(gauss(2, cols)).type());
    }

    @Test
    void q8IsThatOfGgml() throws IOException {
        float[] source = Safetensors.read(TestModels.resource("quantization/Q8_0.safetensors"))
                .floats("gauss_source");
        try (GgufFile file = GgufFile.open(TestModels.resource("quantization/Q8_0.gguf"))) {
            MemorySegment expected = file.tensor("gauss").orElseThrow().data();
            RowSource rows = RowSource.of(ElementType.F32, 1, source.length, MemorySegment.ofArray(source));
            assertEquals(-1, expected.mismatch(Quantizer.Q8.quantize(rows).row(0)));
        }
    }

    @Test
    void whatHasTheEncodingAlreadyIsNotTouched() {
        RowSource once = Quantizer.NF4.quantize(gauss(2, 64));
        assertEquals(once, Quantizer.NF4_DQ.quantize(once));
    }

    @Test
    void namesAreThoseThatPeopleWrite() {
        assertEquals(Quantizer.NF4_DQ, Quantizer.named("nf4-dq").orElseThrow());
        assertThat(Quantizer.named("NF4_DQ")).isEmpty();
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
