package io.baseload.engine.architecture;

import io.baseload.engine.config.QuantizationConfig;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.weights.WeightSource;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A checkpoint's tensors as the weights of its family. Checks their shapes, and records which ones were used. */
public final class CheckpointTensors implements WeightSource {
    private static final Pattern NUMBER = Pattern.compile("(?<=\\.)\\d+(?=\\.)");

    private final ModelCheckpoint checkpoint;
    private final TensorMap map;
    private final List<String> prefixes;
    private final Set<String> used = Collections.synchronizedSet(new LinkedHashSet<>());
    private final QuantizedTensors quantized;

    /** @param prefixes prefixes that tensor names may have in addition to the map's names, or lack */
    CheckpointTensors(
            ModelCheckpoint checkpoint, TensorMap map, List<String> prefixes, QuantizationConfig quantization) {
        this.checkpoint = checkpoint;
        this.map = map;
        this.prefixes = prefixes;
        this.quantized = new QuantizedTensors(checkpoint, quantization, used::add);
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

    /** A vector is read as a matrix of one column, so that a rule that reorders a matrix's rows reorders its bias in the same way. */
    @Override
    public float[] vector(String name, int length) {
        RowSource column = matrix(name, length, 1);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            column.read(i, values, i);
        }
        return values;
    }

    /** A tensor by its name in the file; a vector is a matrix of one column, or of one row. */
    RowSource rows(String tensor, int rows, int cols) {
        if (rows == 1 && find(tensor).filter(found -> found.shape().size() == 1).isPresent()) {
            return tensor(tensor, List.of((long) cols)).matrix();
        }
        if (cols > 1) {
            return quantized
                    .find(tensor, rows, cols)
                    .orElseGet(() ->
                            tensor(tensor, List.of((long) rows, (long) cols)).matrix());
        }
        StoredTensor vector = tensor(tensor, List.of((long) rows));
        long stride = vector.strides().getFirst();
        return vector.view(0, List.of((long) rows, 1L), List.of(stride, 1L)).matrix();
    }

    /** The rows of {@code count} matrices or vectors that are stored below each other in one tensor. */
    RowSource stacked(String tensor, int count, int rows, int cols) {
        if (cols > 1) {
            return tensor(tensor, List.of((long) count, (long) rows, (long) cols))
                    .matrix();
        }
        StoredTensor vectors = tensor(tensor, List.of((long) count, (long) rows));
        List<Long> strides = vectors.strides();
        return vectors.view(
                        0, List.of((long) count, (long) rows, 1L), List.of(strides.getFirst(), strides.getLast(), 1L))
                .matrix();
    }

    boolean has(String tensor) {
        return find(tensor).isPresent();
    }

    /** A tensor of bytes, without gaps. */
    StoredTensor bytes(String tensor, List<Long> shape) {
        StoredTensor found = tensor(tensor, shape);
        if (found.type() != ElementType.U8 || !found.contiguous()) {
            throw found.refuse("has the type " + found.type() + ", expected U8 in one piece");
        }
        return found;
    }

    /** A tensor of this shape by its name in the file. */
    StoredTensor tensor(String tensor, List<Long> shape) {
        StoredTensor found = find(tensor)
                .orElseThrow(() -> checkpoint.refuse("tensor " + tensor + " is missing, expected shape " + shape));
        if (!found.shape().equals(shape)) {
            throw found.refuse("has the shape " + found.shape() + ", expected " + shape);
        }
        used.add(found.name());
        return found;
    }

    private Optional<StoredTensor> find(String tensor) {
        return checkpoint
                .tensor(tensor)
                .or(() -> prefixes.stream()
                        .map(prefix -> tensor.startsWith(prefix) ? tensor.substring(prefix.length()) : prefix + tensor)
                        .flatMap(name -> checkpoint.tensor(name).stream())
                        .findFirst());
    }

    /** The tensors that were used, in the order of their first use. */
    public List<StoredTensor> used() {
        return List.copyOf(used).stream()
                .flatMap(name -> checkpoint.tensor(name).stream())
                .toList();
    }

    private boolean ignores(String tensor) {
        return map.ignores(tensor)
                || prefixes.stream()
                        .anyMatch(
                                prefix -> tensor.startsWith(prefix) && map.ignores(tensor.substring(prefix.length())));
    }

    /** Refuses tensors that were not used: ignoring one would change the result. */
    public void refuseOthers() {
        checkpoint.tensors().stream()
                .filter(tensor ->
                        !used.contains(tensor.name()) && !ignores(tensor.name()) && !quantized.ignores(tensor))
                .findFirst()
                .ifPresent(tensor -> {
                    throw tensor.refuse("is not part of the architecture as it is supported");
                });
    }
}
