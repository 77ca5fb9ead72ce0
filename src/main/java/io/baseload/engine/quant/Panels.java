package io.baseload.engine.quant;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/** Weights from the row order of a file to the panels of {@link PackedMatrix}, and the scalar definition of reading them there. */
public final class Panels {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Panels() {}

    /**
     * Packs a matrix, by as many threads as there are CPUs.
     *
     * @throws IllegalArgumentException if there are no panels of its type
     */
    public static PackedMatrix pack(NativeMemory memory, RowSource source) {
        MemorySegment data = memory.allocate(PackedMatrix.bytes(source.type(), source.rows(), source.cols()));
        PackedMatrix packed = new PackedMatrix(source.type(), source.rows(), source.cols(), data);
        IntStream.range(0, packed.panels()).parallel().forEach(panel -> packPanel(packed, panel, source));
        return packed;
    }

    private static void packPanel(PackedMatrix packed, int panel, RowSource source) {
        int end = Math.min((panel + 1) * LANES, packed.rows());
        for (int row = panel * LANES; row < end; row++) {
            packRow(packed, row, source.row(row));
        }
    }

    private static void packRow(PackedMatrix packed, int row, MemorySegment source) {
        long from = 0;
        long to = row / LANES * packed.panelBytes();
        for (int block = 0; block < packed.blocks(); block++) {
            packBlock(packed, to, row % LANES, source, from);
            from += packed.type().blockBytes();
            to += packed.blockBytes();
        }
    }

    private static void packBlock(PackedMatrix packed, long to, int lane, MemorySegment source, long from) {
        MemorySegment data = packed.data();
        switch (packed.type()) {
            case F32 -> data.set(INT, to + 4L * lane, source.get(INT, from));
            case F16, BF16 -> data.set(SHORT, to + 2L * lane, source.get(SHORT, from));
            case Q8_0 -> packBytes(data, to, lane, source, from);
            case Q4_0 -> packNibbles(data, to, lane, source, from, 1);
            case Q4_1 -> packNibbles(data, to, lane, source, from, 2);
            default -> throw new IllegalArgumentException("no panels of " + packed.type());
        }
    }

    private static void packBytes(MemorySegment data, long to, int lane, MemorySegment source, long from) {
        for (int i = 0; i < 32; i++) {
            data.set(BYTE, to + (long) i * LANES + lane, source.get(BYTE, from + 2 + i));
        }
        data.set(SHORT, to + 32 * LANES + 2L * lane, source.get(SHORT, from));
    }

    /** Packs a block of nibbles; {@code halves} F16 numbers (a scale, then perhaps a minimum) stand before it in the file and after it in the panel. */
    private static void packNibbles(
            MemorySegment data, long to, int lane, MemorySegment source, long from, int halves) {
        for (int eight = 0; eight < 4; eight++) {
            int packed = 0;
            for (int i = 0; i < 8; i++) {
                packed |= Blocks.nibble(source, from + 2L * halves, eight * 8 + i) << 4 * i;
            }
            data.set(INT, to + 4L * (eight * LANES + lane), packed);
        }
        for (int i = 0; i < halves; i++) {
            data.set(SHORT, to + 16 * LANES + (i * LANES + lane) * 2L, source.get(SHORT, from + 2L * i));
        }
    }

    /** Widens one block of a panel: {@code out[at + column · 16 + lane]}. */
    public static void unpack(PackedMatrix w, int panel, int block, float[] out, int at) {
        long from = panel * w.panelBytes() + (long) block * w.blockBytes();
        for (int column = 0; column < w.type().blockSize(); column++) {
            for (int lane = 0; lane < LANES; lane++) {
                out[at + column * LANES + lane] = weight(w, from, column, lane);
            }
        }
    }

    /**
     * Reads one block of a panel as codes {@code q[column · 16 + lane]} with w = d·q + m.
     *
     * @param scales receives the 16 scales d and then the 16 minimums m
     */
    public static void codes(PackedMatrix w, int panel, int block, float[] codes, float[] scales) {
        long from = panel * w.panelBytes() + (long) block * w.blockBytes();
        boolean bytes = w.type() == ElementType.Q8_0;
        for (int i = 0; i < 32 * LANES; i++) {
            codes[i] = bytes ? w.data().get(BYTE, from + i) : nibble(w.data(), from, i / LANES, i % LANES);
        }
        for (int lane = 0; lane < LANES; lane++) {
            long scale = from + (bytes ? 32L : 16L) * LANES;
            scales[lane] = half(w.data(), scale, lane);
            scales[LANES + lane] = switch (w.type()) {
                case Q4_1 -> half(w.data(), scale + 2 * LANES, lane);
                case Q4_0 -> -8 * scales[lane];
                default -> 0;
            };
        }
    }

    /** Widens one row of the matrix. */
    public static void unpackRow(PackedMatrix w, int row, float[] out, int at) {
        long from = row / LANES * w.panelBytes();
        int size = w.type().blockSize();
        for (int column = 0; column < w.cols(); column++) {
            long block = from + (long) (column / size) * w.blockBytes();
            out[at + column] = weight(w, block, column % size, row % LANES);
        }
    }

    private static float weight(PackedMatrix w, long block, int column, int lane) {
        MemorySegment data = w.data();
        return switch (w.type()) {
            case F32 -> Float.intBitsToFloat(data.get(INT, block + 4L * lane));
            case F16 -> half(data, block, lane);
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, block + 2L * lane) << 16);
            case Q8_0 -> half(data, block + 32 * LANES, lane) * data.get(BYTE, block + (long) column * LANES + lane);
            case Q4_0 -> half(data, block + 16 * LANES, lane) * (nibble(data, block, column, lane) - 8);
            case Q4_1 ->
                half(data, block + 16 * LANES, lane) * nibble(data, block, column, lane)
                        + half(data, block + 18 * LANES, lane);
            default -> throw new IllegalArgumentException("no panels of " + w.type());
        };
    }

    private static int nibble(MemorySegment data, long block, int column, int lane) {
        return data.get(INT, block + (column / 8 * LANES + lane) * 4L) >>> column % 8 * 4 & 15;
    }

    private static float half(MemorySegment data, long at, int lane) {
        return Float.float16ToFloat(data.get(SHORT, at + 2L * lane));
    }
}
