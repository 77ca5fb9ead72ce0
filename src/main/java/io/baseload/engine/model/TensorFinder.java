package io.baseload.engine.model;

import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufTensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds a model's tensors by name, checks their shapes, and knows in the end which ones nobody asked for. */
final class TensorFinder {
    private final GgufFile file;
    private final Set<String> left;

    TensorFinder(GgufFile file) {
        this.file = file;
        this.left = file.tensors().stream().map(GgufTensor::name).collect(Collectors.toSet());
    }

    GgufTensor matrix(String name, int rows, int columns) {
        return required(name, List.of((long) columns, (long) rows));
    }

    GgufTensor vector(String name, int length) {
        return required(name, List.of((long) length));
    }

    Optional<GgufTensor> optionalMatrix(String name, int rows, int columns) {
        return optional(name, List.of((long) columns, (long) rows));
    }

    Optional<GgufTensor> optionalVector(String name, int length) {
        return optional(name, List.of((long) length));
    }

    /** A tensor that the architecture here doesn't know would change the result if it were left out. */
    void refuseOthers() {
        left.stream().sorted().findFirst().flatMap(file::tensor).ifPresent(tensor -> {
            throw file.refuse(tensor, "is not part of the architecture as it is supported");
        });
    }

    private GgufTensor required(String name, List<Long> shape) {
        return optional(name, shape)
                .orElseThrow(() -> file.metadata().refuse("tensor " + name, "is missing, expected shape " + shape));
    }

    private Optional<GgufTensor> optional(String name, List<Long> shape) {
        Optional<GgufTensor> found = file.tensor(name);
        found.ifPresent(tensor -> check(tensor, shape));
        left.remove(name);
        return found;
    }

    private void check(GgufTensor tensor, List<Long> shape) {
        if (!tensor.shape().equals(shape)) {
            throw file.refuse(tensor, "has the shape " + tensor.shape() + ", expected " + shape);
        }
    }
}
