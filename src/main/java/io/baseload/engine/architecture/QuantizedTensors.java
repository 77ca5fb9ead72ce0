package io.baseload.engine.architecture;

import io.baseload.engine.config.QuantizationConfig;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.BnbScales;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Linear layers that a Hugging Face checkpoint stores as several tensors: codes, scales, zeros, and descriptions of them. The tensors of {@code X.weight} are recognized by their names.
 *
 * @param used called with the name of each tensor that is used
 */
record QuantizedTensors(ModelCheckpoint checkpoint, QuantizationConfig quantization, Consumer<String> used) {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    /** The layer's weight, if it is stored as several tensors. */
    Optional<RowSource> find(String weight, int rows, int cols) {
        if (!weight.endsWith(WEIGHT)) {
            return Optional.empty();
        }
        String layer = weight.substring(0, weight.length() - WEIGHT.length());
        return switch (quantization) {
            case QuantizationConfig.None none -> Optional.empty();
            case QuantizationConfig.BitsAndBytes bits ->
                bnb4(weight, Codes.NF4, "nf4", rows, cols).or(() -> bnb4(weight, Codes.FP4, "fp4", rows, cols));
            case QuantizationConfig.Gptq gptq ->
                optional(layer + ".qweight").map(codes -> checked(codes, rows, cols, () -> gptq(layer, codes, gptq)));
            case QuantizationConfig.Awq awq ->
                optional(layer + ".qweight").map(codes -> checked(codes, rows, cols, () -> awq(layer, codes)));
            case QuantizationConfig.Float8 float8 -> float8(layer, float8, rows, cols);
        };
    }

    private Optional<RowSource> bnb4(String weight, Codes kind, String name, int rows, int cols) {
        return optional(weight + ".quant_state.bitsandbytes__" + name)
                .map(state -> bnb4(weight, kind, ConfigKeys.of(state), rows, cols));
    }

    private RowSource bnb4(String weight, Codes kind, ConfigKeys state, int rows, int cols) {
        StoredTensor codes = tensor(weight);
        if (!state.integers("shape").equals(List.of((long) rows, (long) cols))) {
            throw state.refuse("shape", "of " + weight + " must be [" + rows + ", " + cols + "]");
        }
        if (!Arrays.equals(floats(tensor(weight + ".quant_map")), Codebook.of(kind))) {
            throw tensor(weight + ".quant_map").refuse("has numbers other than " + kind);
        }
        int block = size(state, "blocksize");
        float[] scales = scales(weight, state);
        return checked(codes, rows, cols, () -> RowSource.bnb4(kind, rows, cols, block, codes.data(), scales));
    }

    /** The scales, decoded if they are doubly quantized. */
    private float[] scales(String weight, ConfigKeys state) {
        StoredTensor absmax = tensor(weight + ".absmax");
        if (absmax.type() != ElementType.U8) {
            return floats(absmax);
        }
        float[] nested = floats(tensor(weight + ".nested_absmax"));
        float[] map = floats(tensor(weight + ".nested_quant_map"));
        int block = size(state, "nested_blocksize");
        double offset = state.number("nested_offset")
                .orElseThrow(() -> state.refuse("nested_offset", "of " + weight + " is missing"));
        if (map.length != 256 || nested.length != Math.ceilDiv(absmax.elements(), block)) {
            throw absmax.refuse("has scales of the wrong sizes: it needs a map of 256, one for each " + block);
        }
        byte[] codes = absmax.data().toArray(ValueLayout.JAVA_BYTE);
        return new BnbScales(codes, nested, (float) offset).restore(map, block);
    }

    private static int size(ConfigKeys state, String key) {
        long size = state.integer(key).orElse(0);
        if (size < 1 || size > 1 << 20) {
            throw state.refuse(key, "is " + size + "; it must be positive");
        }
        return (int) size;
    }

    /** AutoGPTQ wrote biases of zeros for layers without biases. */
    boolean ignores(StoredTensor tensor) {
        return quantization instanceof QuantizationConfig.Gptq
                && tensor.name().endsWith(BIAS)
                && checkpoint.tensor(tensor.name().replace(BIAS, ".qweight")).isPresent()
                && tensor.contiguous()
                && isZero(floats(tensor));
    }

    private static boolean isZero(float[] numbers) {
        for (float number : numbers) {
            if (number != 0) {
                return false;
            }
        }
        return true;
    }

    private RowSource gptq(String layer, StoredTensor codes, QuantizationConfig.Gptq gptq) {
        int[] groups = optional(layer + ".g_idx").map(QuantizedTensors::ints).orElse(new int[0]);
        return RowSource.gptq(
                codes.matrix(),
                tensor(layer + ".qzeros").matrix(),
                tensor(layer + ".scales").matrix(),
                groups,
                gptq.zeroOffset());
    }

    private RowSource awq(String layer, StoredTensor codes) {
        return RowSource.awq(
                codes.matrix(),
                tensor(layer + ".qzeros").matrix(),
                tensor(layer + ".scales").matrix());
    }

    /** One scale for the whole matrix, for each row, or for each tile. A scale of inputs tells other programs how to quantize activations, which is not done here. */
    private Optional<RowSource> float8(String layer, QuantizationConfig.Float8 float8, int rows, int cols) {
        optional(layer + ".input_scale");
        return optional(layer + ".weight_scale_inv")
                .or(() -> optional(layer + ".weight_scale"))
                .map(scale -> {
                    StoredTensor codes = tensor(layer + WEIGHT);
                    boolean perRow = scale.elements() == rows && rows > 1;
                    int tileRows = float8.tileRows() > 0 ? float8.tileRows() : perRow ? 1 : rows;
                    int tileCols = float8.tileCols() > 0 ? float8.tileCols() : cols;
                    int down = Math.ceilDiv(rows, tileRows);
                    int across = Math.ceilDiv(cols, tileCols);
                    return checked(
                            codes,
                            rows,
                            cols,
                            () -> RowSource.scaled(
                                    codes.matrix(),
                                    tileRows,
                                    tileCols,
                                    RowSource.of(scale.type(), down, across, scale.data())));
                });
    }

    private interface Maker {
        RowSource make();
    }

    /** Sizes that don't fit together are an error of the file. */
    private static RowSource checked(StoredTensor codes, int rows, int cols, Maker maker) {
        RowSource source;
        try {
            source = maker.make();
        } catch (IllegalArgumentException e) {
            throw codes.refuse("doesn't fit its scales and zeros: " + e.getMessage());
        }
        if (source.rows() != rows || source.cols() != cols) {
            throw codes.refuse(
                    "has the shape " + source.rows() + " × " + source.cols() + ", expected " + rows + " × " + cols);
        }
        return source;
    }

    private Optional<StoredTensor> optional(String name) {
        Optional<StoredTensor> found = checkpoint.tensor(name);
        found.filter(tensor -> !tensor.contiguous()).ifPresent(tensor -> {
            throw tensor.refuse("has gaps between its elements");
        });
        found.ifPresent(tensor -> used.accept(name));
        return found;
    }

    private StoredTensor tensor(String name) {
        return optional(name).orElseThrow(() -> checkpoint.refuse("tensor " + name + " is missing"));
    }

    private static float[] floats(StoredTensor tensor) {
        RowSource rows = RowSource.of(tensor.type(), 1, Math.toIntExact(tensor.elements()), tensor.data());
        float[] floats = new float[rows.cols()];
        rows.read(0, floats, 0);
        return floats;
    }

    private static int[] ints(StoredTensor tensor) {
        if (tensor.type() != ElementType.I32) {
            throw tensor.refuse("has the type " + tensor.type() + ", expected I32");
        }
        MemorySegment data = tensor.data();
        int[] ints = new int[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = data.get(INT, (long) Integer.BYTES * i);
        }
        return ints;
    }
}
