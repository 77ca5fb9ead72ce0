package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/** Rows computed as floats and encoded as plain numbers. */
record FloatRows(ElementType type, int rows, int cols, FloatRow values) implements RowSource {

    FloatRows {
        if (!Plain.writes(type)) {
            throw new IllegalArgumentException("rows of floats are encoded as F32, F16 or BF16, not as " + type);
        }
    }

    @Override
    public MemorySegment row(int row) {
        float[] floats = new float[cols];
        values.fill(row, floats);
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(cols))]);
        Plain.write(type, floats, 0, cols, bytes, 0);
        return bytes;
    }

    @Override
    public void read(int row, float[] out, int at) {
        if (type == ElementType.F32) {
            float[] floats = new float[cols];
            values.fill(row, floats);
            System.arraycopy(floats, 0, out, at, cols);
        } else {
            RowSource.super.read(row, out, at);
        }
    }
}
