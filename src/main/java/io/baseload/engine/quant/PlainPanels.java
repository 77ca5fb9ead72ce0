package io.baseload.engine.quant;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;

/** Writes panels of plain numbers. */
final class PlainPanels {
    private PlainPanels() {}

    static void write(RowSource source, PackedMatrix packed, int panel) {
        ElementType type = ElementType.valueOf(packed.packing().codes().name());
        float[] floats = new float[packed.cols()];
        int end = Math.min((panel + 1) * LANES, packed.rows());
        for (int row = panel * LANES; row < end; row++) {
            long to = packed.codes(panel, 0) + (long) row % LANES * type.blockBytes();
            if (source.type() == type) {
                copy(source.row(row), type.blockBytes(), packed, to);
            } else {
                source.read(row, floats, 0);
                for (int column = 0; column < floats.length; column++) {
                    Plain.write(type, floats, column, 1, packed.data(), to + (long) column * packed.blockBytes());
                }
            }
        }
    }

    private static void copy(MemorySegment row, int bytes, PackedMatrix packed, long to) {
        for (int column = 0; column < packed.cols(); column++) {
            long at = to + (long) column * packed.blockBytes();
            if (bytes == Short.BYTES) {
                packed.data().set(Little.SHORT, at, row.get(Little.SHORT, 2L * column));
            } else {
                packed.data().set(Little.INT, at, row.get(Little.INT, 4L * column));
            }
        }
    }
}
