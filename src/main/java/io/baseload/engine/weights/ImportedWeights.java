package io.baseload.engine.weights;

import io.baseload.engine.quant.RowSource;
import io.baseload.engine.store.WeightsWriter;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;

/** Packs one weight after the other as an import wants it, writes it and forgets it: never more than one is in memory. Its matrices have no data. */
public record ImportedWeights(WeightSource source, ImportPackings packings, WeightsWriter out) implements Weights {
    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        RowSource found = source.matrix(name, rows, cols);
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix packed = packings.pack(memory, name, found);
            out.matrix(name, packed);
            return PackedMatrix.planned(packed.packing(), rows, cols);
        }
    }

    @Override
    public float[] vector(String name, int length) {
        float[] values = source.vector(name, length);
        out.vector(name, values);
        return values;
    }
}
