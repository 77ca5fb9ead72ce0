package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A linear layer in GPTQ's form, 4 bits (Frantar et al., 2022): w[o, i] = scales[g, o] · (code − zero) in f32, where g is the group of input i.
 *
 * @param qweight I32 {@code [inputs / 8, outputs]}: eight codes of consecutive inputs, the first in the lowest nibble
 * @param qzeros I32 {@code [groups, outputs / 8]}: eight zeros of consecutive outputs likewise
 * @param scales {@code [groups, outputs]}
 * @param zeroOffset number added to a stored zero: 1, or 0 in {@code checkpoint_format} "gptq_v2"
 */
record Gptq(RowSource qweight, RowSource qzeros, RowSource scales, int zeroOffset) implements AffineRows.Packed {

    Gptq {
        int outputs = qweight.cols();
        if (qweight.type() != ElementType.I32
                || qzeros.type() != ElementType.I32
                || scales.cols() != outputs
                || qzeros.cols() * 8 != outputs
                || qzeros.rows() != scales.rows()
                || scales.rows() < 1) {
            throw new IllegalArgumentException("codes %s, zeros %s and scales %s do not belong together"
                    .formatted(shape(qweight), shape(qzeros), shape(scales)));
        }
    }

    static String shape(RowSource source) {
        return source.type() + "[" + source.rows() + ", " + source.cols() + "]";
    }

    /** See {@link RowSource#gptq}. */
    RowSource rows(int[] groups) {
        int inputs = qweight.rows() * 8;
        if (groups.length == 0) {
            return runs(inputs, Math.ceilDiv(inputs, scales.rows()));
        }
        if (groups.length != inputs || Arrays.stream(groups).anyMatch(g -> g < 0 || g >= scales.rows())) {
            throw new IllegalArgumentException(
                    "g_idx must name one of %d groups for each of %d inputs".formatted(scales.rows(), inputs));
        }
        int first = (int) Arrays.stream(groups).takeWhile(g -> g == 0).count();
        boolean runs = first > 0 && IntStream.range(0, inputs).allMatch(i -> groups[i] == i / first);
        return runs ? runs(inputs, first) : AffineRows.scattered(qweight.cols(), groups, this);
    }

    private RowSource runs(int inputs, int group) {
        return AffineRows.of(qweight.cols(), inputs, group, AffineRows.exact(scales.type()), this);
    }

    @Override
    public int code(int output, int input) {
        return Little.i32(qweight.row(input / 8), 4L * output) >>> input % 8 * 4 & 15;
    }

    @Override
    public int zero(int output, int group) {
        return (Little.i32(qzeros.row(group), 4L * (output / 8)) >>> output % 8 * 4 & 15) + zeroOffset;
    }

    @Override
    public float scale(int output, int group) {
        return Plain.read(scales.type(), scales.row(group), (long) scales.type().blockBytes() * output);
    }
}
