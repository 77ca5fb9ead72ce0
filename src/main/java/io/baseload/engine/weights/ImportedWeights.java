package io.baseload.engine.weights;

import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.store.WeightsWriter;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;

/**
 * Packs one weight after the other for an import, some panels at a time, and writes them. Only these panels are in memory, however large a matrix is. Its matrices have no data.
 *
 * @param partBytes size of the panels that are in memory together; at least one panel
 */
public record ImportedWeights(WeightSource source, ImportPackings packings, WeightsWriter out, long partBytes)
        implements Weights {
    /** Size of the panels that are packed together: enough for all CPUs. */
    public static final long PART_BYTES = 64L << 20;

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        Packing packing = out.written(name, rows, cols).orElseGet(() -> write(name, source.matrix(name, rows, cols)));
        return PackedMatrix.planned(packing, rows, cols);
    }

    private Packing write(String name, RowSource whole) {
        Packing packing = packings.packing(name, whole.type(), whole.cols());
        long panel = PackedMatrix.bytes(packing, PackedMatrix.LANES, whole.cols());
        int rows = (int) Math.min(whole.rows(), Math.max(1, partBytes / panel) * PackedMatrix.LANES);
        out.matrix(name, packing, whole.rows(), whole.cols(), parts -> {
            for (int from = 0; from < whole.rows(); from += rows) {
                try (NativeMemory memory = new NativeMemory()) {
                    RowSource some = whole.slice(from, Math.min(whole.rows(), from + rows));
                    parts.accept(Panels.pack(memory, some, packing).data());
                }
            }
        });
        return packing;
    }

    @Override
    public float[] vector(String name, int length) {
        float[] values = source.vector(name, length);
        out.vector(name, values);
        return values;
    }
}
