package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A tensor in a file: a view of the mapped file, valid until the {@link ModelCheckpoint} is closed.
 *
 * @param shape elements per dimension, outermost first: the last dimension is that of columns, whose elements are neighbours; empty for a single number
 * @param strides elements from one index of a dimension to the next; row-major in all formats but PyTorch's, which also stores transposed and sliced views
 * @param data from the first element to the last one; little-endian
 * @param offset start of {@code data}, in bytes from the start of the file
 */
public record StoredTensor(
        String name,
        ElementType type,
        List<Long> shape,
        List<Long> strides,
        MemorySegment data,
        Path file,
        long offset) {
    public StoredTensor {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
    }

    /** A tensor in row-major order. */
    StoredTensor(String name, ElementType type, List<Long> shape, MemorySegment data, Path file, long offset) {
        this(name, type, shape, rowMajor(shape), data, file, offset);
    }

    /** A tensor with only a type and a shape. */
    public static StoredTensor withoutData(String name, ElementType type, List<Long> shape, Path file) {
        return new StoredTensor(name, type, shape, MemorySegment.NULL, file, -1);
    }

    /** The strides of a tensor without gaps. */
    static List<Long> rowMajor(List<Long> shape) {
        Long[] strides = new Long[shape.size()];
        long stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, shape.get(i));
        }
        return List.of(strides);
    }

    public long elements() {
        return product(shape);
    }

    /** The last dimension; 1 for a single number. */
    public long columns() {
        return shape.isEmpty() ? 1 : shape.getLast();
    }

    /** All dimensions but the last, as one. */
    public long rows() {
        return shape.isEmpty() ? 1 : product(shape.subList(0, shape.size() - 1));
    }

    /** Size of all elements in bytes; {@code data} is longer if there are gaps between them. */
    public long bytes() {
        return type.bytes(elements());
    }

    /** Whether {@code data} has the elements in row-major order, without gaps. */
    public boolean contiguous() {
        List<Long> dense = rowMajor(shape);
        return LongStream.range(0, shape.size())
                .mapToInt(i -> (int) i)
                .allMatch(i -> shape.get(i) == 1 || strides.get(i).equals(dense.get(i)));
    }

    /**
     * All dimensions but the last as rows. Rows are gathered one by one if the tensor is a transposed or sliced view.
     *
     * @throws ModelFileException if it has more rows or columns than fit in an int
     */
    public RowSource matrix() {
        if (rows() > Integer.MAX_VALUE || columns() > Integer.MAX_VALUE) {
            throw refuse("is too large for a matrix: " + shape);
        }
        return contiguous() ? RowSource.of(type, (int) rows(), (int) columns(), data) : new StridedRows(this);
    }

    /**
     * Some of its elements in another order or with other dimensions.
     *
     * @param first index of the view's first element
     * @throws IllegalArgumentException if elements are stored in blocks
     */
    public StoredTensor view(long first, List<Long> shape, List<Long> strides) {
        if (type.blockSize() > 1) {
            throw new IllegalArgumentException("elements of " + type + " are stored in blocks");
        }
        long last = LongStream.range(0, shape.size())
                .map(i -> (shape.get((int) i) - 1) * strides.get((int) i))
                .sum();
        MemorySegment part = data.asSlice(first * type.blockBytes(), (last + 1) * type.blockBytes());
        return new StoredTensor(name, type, shape, strides, part, file, offset + first * type.blockBytes());
    }

    /** An exception with the offset of the tensor's data. */
    public ModelFileException refuse(String problem) {
        return new ModelFileException(file, offset, "tensor " + name + " " + problem);
    }

    private static long product(List<Long> dimensions) {
        return dimensions.stream().reduce(1L, (a, b) -> a * b);
    }
}
