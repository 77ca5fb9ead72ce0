package io.baseload.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.IndexRange;
import io.baseload.engine.tensor.MatrixSlice;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A slice of each packing has the same weights as the whole has there, bit for bit. */
class PanelSlicesTest {
    private static final int ROWS = 75;
    private static final int COLS = 2048;

    static final List<Packing> PACKINGS = List.of(
            Packing.F32,
            Packing.F16,
            Packing.BF16,
            Packing.Q8_0,
            Packing.Q4_0,
            Packing.Q4_1,
            Packing.Q4,
            new Packing(Codes.NF4, 64, Scales.F32),
            new Packing(Codes.NF4, 64, Scales.LINEAR8),
            new Packing(Codes.NF4, 32, Scales.FLOAT8),
            new Packing(Codes.U4, 32, Scales.F32_MINIMUM));

    @ParameterizedTest
    @FieldSource("PACKINGS")
    void hasTheWeightsOfTheWhole(Packing packing) {
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix whole = random(memory, packing);
            check(memory, whole, new MatrixSlice(packing, new IndexRange(16, 64), List.of(new IndexRange(0, COLS))));
            check(
                    memory,
                    whole,
                    new MatrixSlice(packing, new IndexRange(48, ROWS), List.of(new IndexRange(1024, COLS))));
            check(
                    memory,
                    whole,
                    new MatrixSlice(
                            packing,
                            new IndexRange(0, 32),
                            List.of(new IndexRange(0, 1024), new IndexRange(1024, COLS))));
            Packing plain = PanelSlices.unnested(packing);
            check(memory, whole, new MatrixSlice(plain, new IndexRange(5, 40), List.of(new IndexRange(0, COLS))));
            check(
                    memory,
                    whole,
                    new MatrixSlice(
                            plain,
                            new IndexRange(0, ROWS),
                            List.of(new IndexRange(64, 192), new IndexRange(1088, 1216))));
            check(
                    memory,
                    whole,
                    new MatrixSlice(
                            Packing.F32,
                            new IndexRange(3, 20),
                            List.of(new IndexRange(7, 30), new IndexRange(107, 130))));
        }
    }

    private static PackedMatrix random(NativeMemory memory, Packing packing) {
        PackedMatrix matrix = PackedMatrix.allocate(memory, packing, ROWS, COLS);
        byte[] bytes = new byte[(int) matrix.data().byteSize()];
        new Random(4).nextBytes(bytes);
        for (int i = 0; i < bytes.length; i++) {
            matrix.data().set(Little.BYTE, i, (byte) (bytes[i] & 0x3f)); // no infinities, whatever it is part of
        }
        return matrix;
    }

    private static void check(NativeMemory memory, PackedMatrix whole, MatrixSlice slice) {
        PackedMatrix part =
                PackedMatrix.allocate(memory, slice.packing(), slice.rows().size(), slice.width());
        PanelSlices.copy(whole, slice, part, 0, part.panels());
        float[] row = new float[COLS];
        float[] own = new float[slice.width()];
        for (int i = 0; i < part.rows(); i++) {
            Panels.unpackRow(whole, slice.rows().from() + i, row, 0);
            Panels.unpackRow(part, i, own, 0);
            float[] expected = new float[slice.width()];
            int at = 0;
            for (IndexRange piece : slice.cols()) {
                System.arraycopy(row, piece.from(), expected, at, piece.size());
                at += piece.size();
            }
            assertThat(Arrays.equals(own, expected)).as("%s, row %d", slice, i).isTrue();
        }
    }
}
