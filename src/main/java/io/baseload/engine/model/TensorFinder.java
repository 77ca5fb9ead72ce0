package io.baseload.engine.model;

import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.StoredTensor;
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
        this.left = file.tensors().stream().map(StoredTensor::name).collect(Collectors.toSet());
    }

    StoredTensor matrix(String name, int rows, int columns) {
        return required(name, List.of((long) rows, (long) columns));
    }

    StoredTensor vector(String name, int length) {
        return required(name, List.of((long) length));
    }

    Optional<StoredTensor> optionalMatrix(String name, int rows, int columns) {
        return optional(name, List.of((long) rows, (long) columns));
    }

    Optional<StoredTensor> optionalVector(String name, int length) {
        return optional(name, List.of((long) length));
    }

    /** A tensor that the architecture here doesn't know would change the result if it were left out. */
    void refuseOthers() {
        left.stream().sorted().findFirst().flatMap(file::tensor).ifPresent(tensor -> {
            throw tensor.refuse("is not part of the architecture as it is supported");
        });
    }

    private StoredTensor required(String name, List<Long> shape) {
        return optional(name, shape)
                .orElseThrow(() -> file.metadata().refuse("tensor " + name, "is missing, expected shape " + shape));
    }

    private Optional<StoredTensor> optional(String name, List<Long> shape) {
        Optional<StoredTensor> found = file.tensor(name);
        found.ifPresent(tensor -> check(tensor, shape));
        left.remove(name);
        return found;
    }

    private void check(StoredTensor tensor, List<Long> shape) {
        if (!tensor.shape().equals(shape)) {
            throw tensor.refuse("has the shape " + tensor.shape() + ", expected " + shape);
        }
    }
}
