package io.baseload.engine.model;

import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.model.LlamaTensors.Projection;
import io.baseload.engine.quant.Blocks;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.ArrayList;
import java.util.List;

/** Packs tensors of a file into native memory. Safe for use by several threads. */
final class LinearLoader {
    private static final float[] NO_BIAS = {};

    private final NativeMemory memory;

    LinearLoader(NativeMemory memory) {
        this.memory = memory;
    }

    /** Projections of one input whose outputs stand side by side in {@code output}; neighbours of one type become one matrix. */
    Linear linear(List<Projection> projections, Rows output) {
        List<PackedMatrix> weights = new ArrayList<>();
        List<Rows> outputs = new ArrayList<>();
        List<float[]> biases = new ArrayList<>();
        int column = 0;
        for (List<Projection> group : byType(projections)) {
            PackedMatrix matrix = matrix(group.stream().map(Projection::weight).toList());
            weights.add(matrix);
            outputs.add(output.columns(column, matrix.rows()));
            biases.add(bias(group, matrix.rows()));
            column += matrix.rows();
        }
        return new Linear(
                weights.toArray(PackedMatrix[]::new), outputs.toArray(Rows[]::new), biases.toArray(float[][]::new));
    }

    PackedMatrix matrix(List<StoredTensor> tensors) {
        return Panels.pack(
                memory,
                RowSource.stacked(tensors.stream().map(StoredTensor::matrix).toList()));
    }

    float[] vector(StoredTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        Blocks.dequantize(tensor.type(), tensor.data(), 0, values.length, values, 0);
        return values;
    }

    private static List<List<Projection>> byType(List<Projection> projections) {
        List<List<Projection>> groups = new ArrayList<>();
        for (Projection projection : projections) {
            if (groups.isEmpty()
                    || groups.getLast().getFirst().weight().type()
                            != projection.weight().type()) {
                groups.add(new ArrayList<>());
            }
            groups.getLast().add(projection);
        }
        return groups;
    }

    private float[] bias(List<Projection> group, int rows) {
        if (group.stream().allMatch(projection -> projection.bias().isEmpty())) {
            return NO_BIAS;
        }
        float[] bias = new float[rows];
        int row = 0;
        for (Projection projection : group) {
            if (projection.bias().isPresent()) {
                float[] values = vector(projection.bias().get());
                System.arraycopy(values, 0, bias, row, values.length);
            }
            row += Math.toIntExact(projection.weight().rows());
        }
        return bias;
    }
}
