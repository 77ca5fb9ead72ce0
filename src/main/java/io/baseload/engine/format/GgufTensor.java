package io.baseload.engine.format;

import io.baseload.engine.tensor.ElementType;
import java.util.List;

/**
 * A tensor of a GGUF file.
 *
 * @param shape elements per dimension, the fastest-moving (columns) first, as the file has them
 * @param offset bytes from the start of the file
 * @param bytes bytes of data
 */
public record GgufTensor(String name, ElementType type, List<Long> shape, long offset, long bytes) {
    public long elements() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    public long columns() {
        return shape.getFirst();
    }

    public long rows() {
        return elements() / columns();
    }
}
