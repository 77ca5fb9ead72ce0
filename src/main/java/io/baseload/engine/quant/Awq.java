package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;

/**
 * A linear layer in AWQ's "gemm" form, 4 bits (Lin et al., 2023): w[o, i] = scales[g, o] · (code − zero) in f32, g = i / group.
 *
 * @param qweight I32 {@code [inputs, outputs / 8]}: eight codes of consecutive outputs, whose nibbles from the lowest on belong to outputs 0, 2, 4, 6, 1, 3, 5, 7
 * @param qzeros I32 {@code [groups, outputs / 8]} likewise
 * @param scales {@code [groups, outputs]}
 */
record Awq(RowSource qweight, RowSource qzeros, RowSource scales) implements AffineRows.Packed {
    /** The nibble of each output. */
    private static final int[] NIBBLES = {0, 4, 1, 5, 2, 6, 3, 7};

    Awq {
        if (qweight.type() != ElementType.I32
                || qzeros.type() != ElementType.I32
                || qzeros.cols() != qweight.cols()
                || scales.cols() != 8 * qweight.cols()
                || qzeros.rows() != scales.rows()
                || scales.rows() < 1
                || qweight.rows() % scales.rows() != 0) {
            throw new IllegalArgumentException("codes %s, zeros %s and scales %s do not belong together"
                    .formatted(Gptq.shape(qweight), Gptq.shape(qzeros), Gptq.shape(scales)));
        }
    }

    RowSource rows() {
        int group = qweight.rows() / scales.rows();
        int outputs = scales.cols();
        int inputs = qweight.rows();
        return AffineRows.of(outputs, inputs, group, AffineRows.exact(scales.type()), this);
    }

    @Override
    public int code(int output, int input) {
        return nibble(qweight, input, output);
    }

    @Override
    public int zero(int output, int group) {
        return nibble(qzeros, group, output);
    }

    private static int nibble(RowSource source, int row, int output) {
        return Little.i32(source.row(row), 4L * (output / 8)) >>> 4 * NIBBLES[output % 8] & 15;
    }

    @Override
    public float scale(int output, int group) {
        return Plain.read(scales.type(), scales.row(group), (long) scales.type().blockBytes() * output);
    }
}
