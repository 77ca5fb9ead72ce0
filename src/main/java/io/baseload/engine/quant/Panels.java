package io.baseload.engine.quant;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Packs weights from a file's rows to the panels of {@link PackedMatrix}, and defines, with scalar code, how they are read. */
public final class Panels {

    private Panels() {}

    /** The packing of this type without loss; for wide plain numbers (F64, integers) the nearest floats. */
    public static Packing packing(ElementType type) {
        return switch (type) {
            case F16, F8_E4M3, F8_E5M2 -> Packing.F16;
            case BF16 -> Packing.BF16;
            case F64, F32, BOOL, U8, I8, I16, I32, I64 -> Packing.F32;
            default -> BlockFormat.of(type).packing();
        };
    }

    /** Packs a matrix with the {@link #packing} of its type. */
    public static PackedMatrix pack(NativeMemory memory, RowSource source) {
        return pack(memory, source, packing(source.type()));
    }

    /** Packs a matrix in newly allocated memory; see {@link #write}. */
    public static PackedMatrix pack(NativeMemory memory, RowSource source, Packing packing) {
        PackedMatrix packed = PackedMatrix.allocate(memory, packing, source.rows(), source.cols());
        write(source, packed);
        return packed;
    }

    /**
     * Packs a matrix into existing panels, with as many threads as there are CPUs. A source with the same codes and blocks keeps its codes, though its scales may become nested ones; any
     * other is quantized, and plain numbers are rounded to the nearest.
     *
     * @throws IllegalArgumentException if only a source with these codes can be packed in this way
     */
    public static void write(RowSource source, PackedMatrix packed) {
        if (source.rows() != packed.rows() || source.cols() != packed.cols()) {
            throw new IllegalArgumentException("%d × %d do not fit in %d × %d"
                    .formatted(source.rows(), source.cols(), packed.rows(), packed.cols()));
        }
        IntStream.range(0, packed.panels()).parallel().forEach(writer(source, packed));
    }

    private static IntConsumer writer(RowSource source, PackedMatrix packed) {
        if (packed.packing().codes().plain()) {
            return panel -> PlainPanels.write(source, packed, panel);
        }
        if (packed.packing().equals(Packing.Q4)) {
            return panel -> AffinePanels.write(source, packed, panel);
        }
        return BlockPanels.writer(source, packed);
    }

    /** Widens the weights of one block of a panel: {@code out[column · 16 + lane]}. */
    public static void unpack(PackedMatrix w, int panel, int block, float[] out) {
        for (int lane = 0; lane < LANES; lane++) {
            unpack(w, panel, block, lane, out, lane, LANES);
        }
    }

    /**
     * Widens the weights of all blocks of a panel in the same order.
     *
     * @param room for those of one block
     */
    public static void unpack(PackedMatrix w, int panel, float[] room, float[] out) {
        int size = w.packing().block() * LANES;
        for (int block = 0; block < w.blocks(); block++) {
            unpack(w, panel, block, room);
            System.arraycopy(room, 0, out, block * size, size);
        }
    }

    /** Widens one row of the matrix. */
    public static void unpackRow(PackedMatrix w, int row, float[] out, int at) {
        for (int block = 0; block < w.blocks(); block++) {
            unpack(
                    w,
                    row / LANES,
                    block,
                    row % LANES,
                    out,
                    at + block * w.packing().block(),
                    1);
        }
    }

    /** Widens one row of one block: scale · value, or that plus the minimum, rounded once. */
    private static void unpack(PackedMatrix w, int panel, int block, int lane, float[] out, int at, int stride) {
        Codes codes = w.packing().codes();
        long from = w.codes(panel, block);
        float scale = ScalePanels.scale(w, panel, block, lane);
        boolean minimum = w.packing().scales().minimum();
        float least = minimum ? ScalePanels.minimum(w, panel, block, lane) : 0;
        for (int column = 0; column < w.packing().block(); column++) {
            float value = value(codes, w.data(), from, column, lane);
            out[at + column * stride] = minimum ? Math.fma(value, scale, least) : value * scale;
        }
    }

    /** The codes q of one block, {@code out[column · 16 + lane]}: a weight is d·q + m, or d · the value of q if codes are those of a table. */
    public static void codes(PackedMatrix w, int panel, int block, float[] out) {
        long at = w.codes(panel, block);
        Codes codes = w.packing().codes() == Codes.I4 ? Codes.U4 : w.packing().codes();
        for (int i = 0; i < w.packing().block() * LANES; i++) {
            out[i] = value(codes, w.data(), at, i / LANES, i % LANES);
        }
    }

    /** The 4-bit codes of one block as numbers from 0 to 15, column by column. */
    public static void nibbles(PackedMatrix w, int panel, int block, float[] out) {
        for (int i = 0; i < w.packing().block() * LANES; i++) {
            out[i] = value(Codes.U4, w.data(), w.codes(panel, block), i / LANES, i % LANES);
        }
    }

    /** The scales d and minimums m of one block: 16 scales to {@code out[0 …]}, followed by 16 minimums. */
    public static void scales(PackedMatrix w, int panel, int block, float[] out) {
        for (int lane = 0; lane < LANES; lane++) {
            float scale = ScalePanels.scale(w, panel, block, lane);
            boolean stored = w.packing().scales().minimum();
            float least = w.packing().codes() == Codes.I4 ? -8 * scale : 0;
            out[lane] = scale;
            out[LANES + lane] = stored ? ScalePanels.minimum(w, panel, block, lane) : least;
        }
    }

    private static float value(Codes codes, MemorySegment data, long block, int column, int lane) {
        long i = (long) column * LANES + lane;
        return switch (codes) {
            case F32 -> Little.f32(data, block + 4 * i);
            case F16 -> Little.half(data, block + 2 * i);
            case BF16 -> Float.intBitsToFloat(Little.u16(data, block + 2 * i) << 16);
            case I8, F8_E4M3 -> Codebook.value(codes, Little.u8(data, block + i));
            default -> Codebook.value(codes, nibble(data, block, column, lane));
        };
    }

    private static int nibble(MemorySegment data, long block, int column, int lane) {
        return Little.i32(data, block + (column / 8 * LANES + lane) * 4L) >>> column % 8 * 4 & 15;
    }
}
