package io.baseload.engine.architecture;

import io.baseload.engine.format.Checkpoint;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.model.WeightSource;
import io.baseload.engine.quant.RowSource;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A checkpoint's tensors as the weights of its family. Checks their shapes, and knows in the end which ones nobody asked for. */
public final class CheckpointTensors implements WeightSource {
    private static final Pattern NUMBER = Pattern.compile("(?<=\\.)\\d+(?=\\.)");

    private final Checkpoint checkpoint;
    private final TensorMap map;
    private final Set<String> used = Collections.synchronizedSet(new HashSet<>());

    CheckpointTensors(Checkpoint checkpoint, TensorMap map) {
        this.checkpoint = checkpoint;
        this.map = map;
    }

    @Override
    public RowSource matrix(String name, int rows, int cols) {
        int[] indices = NUMBER.matcher(name)
                .results()
                .map(MatchResult::group)
                .mapToInt(Integer::parseInt)
                .toArray();
        return map.rule(NUMBER.matcher(name).replaceAll("#")).get(this, indices, rows, cols);
    }

    /** A vector is got as a column, so that what moves a matrix's rows moves those of its bias too. */
    @Override
    public float[] vector(String name, int length) {
        RowSource column = matrix(name, length, 1);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            column.read(i, values, i);
        }
        return values;
    }

    /** A tensor by its name in the file; a vector is a matrix of one column. */
    RowSource rows(String tensor, int rows, int cols) {
        List<Long> shape = cols == 1 ? List.of((long) rows) : List.of((long) rows, (long) cols);
        StoredTensor found = checkpoint
                .tensor(tensor)
                .orElseThrow(() -> checkpoint.refuse("tensor " + tensor + " is missing, expected shape " + shape));
        if (!found.shape().equals(shape)) {
            throw found.refuse("has the shape " + found.shape() + ", expected " + shape);
        }
        used.add(tensor);
        return cols == 1 ? RowSource.of(found.type(), rows, 1, found.data()) : found.matrix();
    }

    /** A tensor that the architecture here doesn't know would change the result if it were left out. */
    public void refuseOthers() {
        checkpoint.tensors().stream()
                .filter(tensor -> !used.contains(tensor.name()) && !map.ignores(tensor.name()))
                .findFirst()
                .ifPresent(tensor -> {
                    throw tensor.refuse("is not part of the architecture as it is supported");
                });
    }
}
