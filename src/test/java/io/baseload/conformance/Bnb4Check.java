package io.baseload.conformance;

import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.Bnb4;
import io.baseload.engine.quant.BnbScales;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** One configuration of a tensor, such as {@code nf4_b64_dq}: quantizes it, and reads the library's result, row by row and from panels. */
record Bnb4Check(ModelCheckpoint tensors, String name, Codes kind, int blockSize, boolean nested, JsonNode facts) {
    private static final double MEAN_TOLERANCE = 1e-6;

    static Bnb4Check of(ModelCheckpoint tensors, String name, JsonNode facts) {
        String[] parts = name.split("_", -1);
        Codes kind = Codes.valueOf(parts[0].toUpperCase(java.util.Locale.ROOT));
        return new Bnb4Check(tensors, name, kind, Integer.parseInt(parts[1].substring(1)), parts.length > 2, facts);
    }

    Optional<String> problem() {
        StoredTensor input = tensors.tensor("input").orElseThrow();
        Bnb4.Quantized quantized = Bnb4.quantize(kind, floats(input), blockSize);
        return difference("packed", quantized.packed(), bytes("packed"))
                .or(() -> nested ? nested(quantized.absmax()) : absmax(quantized.absmax()))
                .or(() -> dequantized(input));
    }

    private Optional<String> absmax(float[] given) {
        return difference("absmax", given, floats(tensor("absmax")));
    }

    private Optional<String> nested(float[] absmax) {
        float offset = facts.get("nested_offset").floatValue();
        BnbScales own = BnbScales.of(absmax);
        if (Math.abs(own.offset() - offset) > MEAN_TOLERANCE * Math.abs(offset)) {
            return Optional.of("the mean is " + own.offset() + ", not " + offset);
        }
        BnbScales given = BnbScales.of(absmax, offset);
        byte[] codes = given.codes();
        if (!Arrays.equals(codes, bytes("absmax")) && !Arrays.equals(codes, bytes("absmax_nearest"))) {
            return Optional.of("nested codes are neither the library's nor the nearest");
        }
        return difference("nested_absmax", given.absmax(), floats(tensor("nested_absmax")))
                .or(() -> difference("absmax_restored", restored(), floats(tensor("absmax_restored"))));
    }

    private float[] restored() {
        float offset = facts.get("nested_offset").floatValue();
        BnbScales stored = new BnbScales(bytes("absmax"), floats(tensor("nested_absmax")), offset);
        return stored.restore(
                BnbScales.dynamicMap(), facts.get("nested_blocksize").asInt());
    }

    /** The values in the type of the input: as rows have them, and as panels do. */
    private Optional<String> dequantized(StoredTensor input) {
        float[] absmax = nested ? restored() : floats(tensor("absmax"));
        MemorySegment packed = MemorySegment.ofArray(bytes("packed"));
        RowSource rows = RowSource.bnb4(kind, (int) input.rows(), (int) input.columns(), blockSize, packed, absmax);
        float[] expected = floats(tensor("dequantized"));
        return difference("dequantized", rounded(input.type(), rows), expected)
                .or(() -> difference("packed in panels", rounded(input.type(), unpacked(rows)), expected));
    }

    private static RowSource unpacked(RowSource rows) {
        float[] values = new float[rows.rows() * rows.cols()];
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix packed = Panels.pack(memory, rows);
            for (int row = 0; row < rows.rows(); row++) {
                Panels.unpackRow(packed, row, values, row * rows.cols());
            }
        }
        return RowSource.of(ElementType.F32, rows.rows(), rows.cols(), MemorySegment.ofArray(values));
    }

    private static float[] rounded(ElementType type, RowSource rows) {
        RowSource rounded = RowSource.floats(type, rows.rows(), rows.cols(), (row, out) -> rows.read(row, out, 0));
        float[] values = new float[rows.rows() * rows.cols()];
        for (int row = 0; row < rows.rows(); row++) {
            rounded.read(row, values, row * rows.cols());
        }
        return values;
    }

    private StoredTensor tensor(String part) {
        return tensors.tensor(name + "." + part).orElseThrow();
    }

    private byte[] bytes(String part) {
        return tensor(part).data().toArray(ValueLayout.JAVA_BYTE);
    }

    private static float[] floats(StoredTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        RowSource.of(tensor.type(), 1, values.length, tensor.data()).read(0, values, 0);
        return values;
    }

    private static Optional<String> difference(String what, byte[] given, byte[] expected) {
        int at = Arrays.mismatch(given, expected);
        return at < 0 ? Optional.empty() : Optional.of(what + " differs at byte " + at);
    }

    /** Bit for bit, but for the sign of zero. */
    static Optional<String> difference(String what, float[] given, float[] expected) {
        if (given.length != expected.length) {
            return Optional.of("%s has %d numbers, not %d".formatted(what, given.length, expected.length));
        }
        for (int i = 0; i < given.length; i++) {
            if (given[i] != expected[i]) {
                return Optional.of("%s[%d] is %s, not %s".formatted(what, i, given[i], expected[i]));
            }
        }
        return Optional.empty();
    }
}
