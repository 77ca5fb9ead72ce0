package io.baseload.engine.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowSourceTest {
    /** Row r is r, r + 0.5. */
    private static RowSource counting(ElementType type, int rows) {
        return RowSource.floats(type, rows, 2, (row, out) -> {
            out[0] = row;
            out[1] = row + 0.5f;
        });
    }

    private static float[] read(RowSource source) {
        float[] values = new float[source.rows() * source.cols()];
        for (int row = 0; row < source.rows(); row++) {
            source.read(row, values, row * source.cols());
        }
        return values;
    }

    @Test
    void rowsAreSlicedPermutedAndStackedAsTheyAre() {
        for (ElementType type : List.of(ElementType.F32, ElementType.F16, ElementType.BF16)) {
            RowSource source = counting(type, 5);
            assertArrayEquals(new float[] {2, 2.5f, 3, 3.5f}, read(source.slice(2, 4)));
            assertArrayEquals(new float[] {4, 4.5f, 0, 0.5f, 4, 4.5f}, read(source.permuted(new int[] {4, 0, 4})));
            RowSource stacked = RowSource.stacked(List.of(source.slice(4, 5), source.slice(1, 1), source.slice(0, 2)));
            assertArrayEquals(new float[] {4, 4.5f, 0, 0.5f, 1, 1.5f}, read(stacked));
            assertEquals(type, stacked.type());
        }
    }

    @Test
    void scalesWithoutRowsBelongToNoCodes() {
        RowSource codes = RowSource.of(ElementType.I32, 8, 8, MemorySegment.ofArray(new int[64]));
        RowSource none = RowSource.of(ElementType.I32, 0, 8, MemorySegment.ofArray(new int[0]));
        RowSource noScales = RowSource.of(ElementType.F16, 0, 64, MemorySegment.ofArray(new short[0]));
        assertThrows(IllegalArgumentException.class, () -> RowSource.awq(codes, none, noScales));
        RowSource wide = RowSource.of(ElementType.I32, 1, 64, MemorySegment.ofArray(new int[64]));
        assertThrows(IllegalArgumentException.class, () -> RowSource.gptq(wide, none, noScales, new int[0], 1));
    }

    @Test
    void quantizedRowsKeepTheirBytes() {
        byte[] bytes = new byte[3 * ElementType.Q4_0.blockBytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        RowSource source = RowSource.of(ElementType.Q4_0, 3, 32, MemorySegment.ofArray(bytes));
        assertEquals(-1, source.permuted(new int[] {2, 1}).row(1).mismatch(source.row(1)));
    }

    /** Element i of a block is a nibble of byte i / 2 in a checkpoint of gpt-oss, and of byte i % 16 in ggml's block. */
    @Test
    void mxfp4WithScalesApartKeepsItsBits() {
        byte[] codes = new byte[2 * 2 * 16];
        new Random(1).nextBytes(codes);
        byte[] scales = {100, 127, 2, (byte) 254};
        RowSource source = RowSource.mxfp4(MemorySegment.ofArray(codes), MemorySegment.ofArray(scales), 2, 64);
        for (int i = 0; i < 128; i++) {
            MemorySegment row = source.row(i / 64);
            long block = i % 64 / 32 * 17L;
            assertEquals(scales[i / 32], row.get(ValueLayout.JAVA_BYTE, block));
            int found = row.get(ValueLayout.JAVA_BYTE, block + 1 + i % 16) >> i % 32 / 16 * 4 & 15;
            assertEquals(codes[i / 2] >> i % 2 * 4 & 15, found);
        }
        MemorySegment data = MemorySegment.ofArray(codes);
        assertThrows(IllegalArgumentException.class, () -> RowSource.mxfp4(data, data, 2, 64));
    }

    @Test
    void refusesRowsThatDoNotFit() {
        MemorySegment data = MemorySegment.ofArray(new byte[18]);
        assertThrows(IllegalArgumentException.class, () -> RowSource.of(ElementType.Q4_0, 1, 33, data));
        assertThrows(IllegalArgumentException.class, () -> RowSource.of(ElementType.Q4_0, 2, 32, data));
        RowSource source = counting(ElementType.F32, 2);
        assertThrows(IllegalArgumentException.class, () -> source.slice(1, 3));
        assertThrows(IllegalArgumentException.class, () -> source.permuted(new int[] {2}));
        assertThrows(IndexOutOfBoundsException.class, () -> source.slice(0, 1).row(1));
        List<RowSource> differing = List.of(source, counting(ElementType.F16, 2));
        assertThrows(IllegalArgumentException.class, () -> RowSource.stacked(differing));
    }

    @Test
    void brainFloatsRoundToTheNearestAndKeepWhatIsNoNumber() {
        assertEquals(0x3f80, Plain.brainFloat(1f));
        assertEquals(0x3f80, Plain.brainFloat(Float.intBitsToFloat(0x3f808000)));
        assertEquals(0x3f82, Plain.brainFloat(Float.intBitsToFloat(0x3f818000)));
        assertEquals(0x7f80, Plain.brainFloat(Float.MAX_VALUE));
        assertEquals(0x7fc0, Plain.brainFloat(Float.intBitsToFloat(0x7f800001)) & 0x7fc0);
    }
}
