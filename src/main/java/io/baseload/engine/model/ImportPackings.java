package io.baseload.engine.model;

import io.baseload.engine.api.Quantization;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.Quantizer;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.Optional;

/** How each matrix is packed at import. */
public record ImportPackings(Quantization quantization) {
    /** Whether a matrix is the weight of a linear layer that may be quantized: not the embedding, the head, a router or a convolution. */
    static boolean linear(String name) {
        return name.startsWith("layers.") && !name.contains(".router") && !name.contains(".filter.");
    }

    Packing packing(String name, ElementType type, int cols) {
        return quantizer(name).map(quantizer -> quantizer.packing(cols)).orElseGet(() -> Panels.packing(type));
    }

    PackedMatrix pack(NativeMemory memory, String name, RowSource source) {
        RowSource rows =
                quantizer(name).map(quantizer -> quantizer.quantize(source)).orElse(source);
        return Panels.pack(memory, rows, packing(name, source.type(), source.cols()));
    }

    private Optional<Quantizer> quantizer(String name) {
        return linear(name) ? Quantizer.named(quantization.label()) : Optional.empty();
    }
}
