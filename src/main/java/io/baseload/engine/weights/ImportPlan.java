package io.baseload.engine.weights;

import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.ArrayList;
import java.util.List;

/** Checks, before anything is written, that a checkpoint has all weights, and records how its linear layers are stored. Its matrices have no data. */
public final class ImportPlan implements Weights {
    private final WeightSource source;
    private final List<Matrix> matrices = new ArrayList<>();
    private long vectorBytes;

    private record Matrix(String name, ElementType type, int rows, int cols) {}

    public ImportPlan(WeightSource source) {
        this.source = source;
    }

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        RowSource found = source.matrix(name, rows, cols);
        matrices.add(new Matrix(name, found.type(), rows, cols));
        return PackedMatrix.planned(Panels.packing(found.type()), rows, cols);
    }

    @Override
    public float[] vector(String name, int length) {
        vectorBytes += (long) Float.BYTES * length;
        return source.vector(name, length);
    }

    /** Whether some or all of the source's linear layers are quantized. */
    public boolean quantized() {
        return matrices.stream().anyMatch(matrix -> ImportPackings.linear(matrix.name) && !plain(matrix.type));
    }

    private static boolean plain(ElementType type) {
        return switch (type) {
            case F64, F32, F16, BF16 -> true;
            default -> false;
        };
    }

    /** Size of the weights in these packings, in bytes. */
    public long bytes(ImportPackings packings) {
        long bytes = vectorBytes;
        for (Matrix matrix : matrices) {
            Packing packing = packings.packing(matrix.name, matrix.type, matrix.cols);
            bytes += PackedMatrix.bytes(packing, matrix.rows, matrix.cols);
        }
        return bytes;
    }
}
