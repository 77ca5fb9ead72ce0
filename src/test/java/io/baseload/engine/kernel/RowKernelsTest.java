package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class RowKernelsTest {
    private final RandomWeights random = new RandomWeights(11);

    /** Runs a kernel of both twins on copies of the same rows and compares all they wrote, bit for bit. */
    private void assertTwins(Rows rows, BiConsumer<Kernels, Rows> kernel) {
        Rows expected = copy(rows);
        Rows actual = copy(rows);
        kernel.accept(Kernels.scalar(), expected);
        kernel.accept(Kernels.best(), actual);
        assertArrayEquals(expected.data(), actual.data());
        Allocation.assertNone(200, () -> kernel.accept(Kernels.best(), actual));
    }

    private static Rows copy(Rows rows) {
        return new Rows(rows.data().clone(), rows.offset(), rows.width(), rows.stride());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 40, 64, 576})
    void rowOperators(int width) {
        try (NativeMemory memory = new NativeMemory()) {
            Scratch scratch = Scratch.allocate(memory, 32, 32, 32);
            Rows x = random.rows(3, width);
            float[] weight = random.rows(1, width).data();
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.rmsNorm(x, weight, 1e-5f, y, 1, 3, scratch));
            assertTwins(
                    random.rows(3, width),
                    (kernels, y) -> kernels.normalize(y, 1, kernels.squares(x, 2, width / 3, scratch), weight));
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.add(x, y, 0, 2, width / 3, width));
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.multiply(x, y, 0, 2, width / 3, width));
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.addBias(weight, y, 0, 3, width / 3, width));
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.siluMultiply(y, x, 0, 3, width / 3, width));
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.geluMultiply(y, x, 0, 3, width / 3, width));
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.gelu(y, 0, 3, width / 3, width));
            float[] bias = random.rows(1, width).data();
            assertTwins(
                    random.rows(3, width), (kernels, y) -> kernels.layerNorm(x, weight, bias, 1e-5f, y, 1, 3, scratch));
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.addScaled(x, 0.35f, y, 0, 2, width / 3, width));
            assertTwins(random.rows(3, width), (kernels, y) -> kernels.scale(y, 6f, 1, 3, width / 3, width));
            assertTwins(
                    random.rows(3, width),
                    (kernels, y) -> kernels.clampedSiluMultiply(y, x, 0.5f, 0, 3, width / 3, width));
        }
    }

    /** Φ(x) from tables of the normal distribution. */
    @Test
    void geluIsXTimesTheNormalDistribution() {
        float[] points = {-40, -3, -1, 0, 0.5f, 1, 2, 3, 40};
        double[] normal = {0, 0.00134990, 0.15865525, 0.5, 0.69146246, 0.84134475, 0.97724987, 0.99865010, 1};
        float[] expected = new float[points.length];
        for (int i = 0; i < points.length; i++) {
            expected[i] = (float) (points[i] * normal[i]);
        }
        Rows x = new Rows(points, 0, points.length, points.length);
        Kernels.best().gelu(x, 0, 1, 0, points.length);
        assertArrayEquals(expected, x.data(), 1e-6f);
    }

    @Test
    void layerNormLeavesMeanAndVarianceOfItsWeights() {
        try (NativeMemory memory = new NativeMemory()) {
            Rows x = new Rows(new float[] {1, 2, 3, 6}, 0, 4, 4);
            Rows y = Rows.allocate(1, 4);
            Scratch scratch = Scratch.allocate(memory, 32, 32, 32);
            Kernels.best().layerNorm(x, new float[] {1, 2, 1, 1}, new float[] {0, 1, 0, 0}, 0.5f, y, 0, 1, scratch);
            assertArrayEquals(new float[] {-1, 0, 0, 1.5f}, y.data(), 1e-6f);
        }
    }

    @Test
    void geluInItsTanhForm() {
        float[] points = {-40, -9, -3, -1, -1e-3f, 0, 1e-3f, 0.5f, 2, 9, 40};
        float[] ones = new float[points.length];
        Arrays.fill(ones, 1);
        float[] expected = new float[points.length];
        for (int i = 0; i < points.length; i++) {
            double x = points[i];
            double tanh = Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
            expected[i] = (float) (0.5 * x * (1 + tanh));
        }
        Rows gate = new Rows(points, 0, points.length, points.length);
        Kernels.best().geluMultiply(gate, new Rows(ones, 0, ones.length, ones.length), 0, 1, 0, ones.length);
        assertArrayEquals(expected, gate.data(), 1e-6f);
    }

    @Test
    void clampedUnit() {
        Rows gate = new Rows(new float[] {-9, -1, 0.5f, 7, 9, 3, 3}, 0, 7, 7);
        Rows up = new Rows(new float[] {1, 2, -0.5f, 3, 9, -9, -1}, 0, 7, 7);
        float[] expected = new float[7];
        for (int i = 0; i < 7; i++) {
            double g = Math.min(gate.data()[i], 7);
            double u = Math.clamp(up.data()[i], -7.0, 7.0);
            expected[i] = (float) ((u + 1) * g / (1 + Math.exp(-1.702 * g)));
        }
        Kernels.best().clampedSiluMultiply(gate, up, 7, 0, 1, 0, 7);
        assertArrayEquals(expected, gate.data(), 1e-5f);
    }

    @Test
    void anglesInBfloat16() {
        Rotary rotary = Rotary.inBfloat16(Rotary.Layout.HALVES, new double[] {1, 0.01}, 3);
        rotary.turn(0, 256);
        rotary.turn(1, 257);
        rotary.turn(2, 3);
        float[] at256 = Arrays.copyOfRange(rotary.cos(), 0, 4);
        assertArrayEquals(at256, Arrays.copyOfRange(rotary.cos(), 4, 8), "257 is no bfloat16 number");
        // 0.01 becomes 164 · 2^-14, three times that is 246 · 2^-13, the nearest number to its sine too
        assertEquals(246 * 0x1p-13f, rotary.sin()[2 * 4 + 3]);
        assertEquals(1f, rotary.cos()[2 * 4 + 3]);
    }

    @ParameterizedTest
    @CsvSource({"INTERLEAVED, 64, 64", "HALVES, 64, 64", "INTERLEAVED, 24, 20", "HALVES, 80, 40", "INTERLEAVED, 8, 8"})
    void rotation(Rotary.Layout layout, int headDim, int width) {
        double[] frequencies = new double[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(10_000, -2.0 * i / width);
        }
        Rotary rotary = Rotary.of(layout, frequencies, 1, 2);
        rotary.turn(1, 39);
        Rows x = random.rows(2, 3 * headDim);
        assertTwins(x, (kernels, y) -> kernels.rotate(rotary, y, 1, headDim, 1, 3));
        Rows turned = copy(x);
        Kernels.scalar().rotate(rotary, turned, 1, headDim, 0, 3);
        int i = layout == Rotary.Layout.INTERLEAVED ? 2 : 1;
        int j = layout == Rotary.Layout.INTERLEAVED ? 3 : 1 + width / 2;
        double angle = 39 * frequencies[1];
        double a = x.data()[x.at(1) + i];
        double b = x.data()[x.at(1) + j];
        assertEquals(a * Math.cos(angle) - b * Math.sin(angle), turned.data()[turned.at(1) + i], 1e-5);
        assertEquals(b * Math.cos(angle) + a * Math.sin(angle), turned.data()[turned.at(1) + j], 1e-5);
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void embedding(Packing packing) {
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix table = random.matrix(memory, packing, 37, 128);
            for (int id : new int[] {0, 17, 36}) {
                assertTwins(random.rows(2, 128), (kernels, y) -> kernels.embed(table, id, y, 1));
            }
        }
    }

    @Test
    void expIsPreciseToTheLastBits() {
        for (float x = Exp.MIN_X; x < Exp.MAX_X; x += 0.0137f) {
            assertEquals(1, Exp.exp(x) / Math.exp(x), 3e-7, "e^" + x);
        }
        assertEquals(1f, Exp.exp(0f));
        assertEquals(Exp.exp(Exp.MIN_X), Exp.exp(Float.NEGATIVE_INFINITY));
    }
}
