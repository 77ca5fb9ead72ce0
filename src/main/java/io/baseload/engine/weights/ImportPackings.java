package io.baseload.engine.weights;

import io.baseload.engine.api.Quantization;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import java.util.List;

/** The packing of each matrix, at import or when a checkpoint is loaded. */
public record ImportPackings(Quantization quantization) {
    /** The source's formats. */
    public static final ImportPackings KEEP = new ImportPackings(Quantization.KEEP);

    /** Whether a matrix is the weight of a linear layer that may be quantized: not the embedding, the head, a router or a convolution. */
    static boolean linear(String name) {
        return name.startsWith("layers.") && !name.contains(".router") && !name.contains(".filter.");
    }

    /** The packing of a matrix. */
    Packing packing(String name, ElementType type, int cols) {
        List<Packing> packings = linear(name) ? packings(type) : List.of(Panels.packing(type));
        return packings.stream()
                .filter(packing -> cols % packing.block() == 0)
                .findFirst()
                .orElse(Packing.BF16);
    }

    /** Packings for linear layers: the first whose blocks divide the rows is used. */
    private List<Packing> packings(ElementType type) {
        return switch (quantization) {
            case KEEP -> List.of(Panels.packing(type));
            case NF4 -> inBlocks(Codes.NF4, Scales.F32);
            case NF4_DQ -> inBlocks(Codes.NF4, Scales.LINEAR8);
            case NF4_FP8 -> inBlocks(Codes.NF4, Scales.FLOAT8);
            case FP4 -> inBlocks(Codes.FP4, Scales.F32);
            case Q4 -> List.of(Packing.Q4);
            case Q8 -> List.of(Packing.Q8_0);
            case BF16 -> List.of(Packing.BF16);
            case F32 -> List.of(Packing.F32);
        };
    }

    private static List<Packing> inBlocks(Codes codes, Scales scales) {
        return List.of(new Packing(codes, 64, scales), new Packing(codes, 32, scales));
    }

    PackedMatrix pack(NativeMemory memory, String name, RowSource source) {
        return Panels.pack(memory, source, packing(name, source.type(), source.cols()));
    }
}
