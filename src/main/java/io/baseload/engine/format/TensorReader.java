package io.baseload.engine.format;

import io.baseload.engine.tensor.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the list of tensors and checks every range against the file's length. */
final class TensorReader {
    /** Name length, one dimension, type and offset. */
    static final long MIN_BYTES = 8 + 4 + 8 + 4 + 8;

    private static final int MAX_DIMENSIONS = 4;
    private static final long MAX_NAME_LENGTH = 1024;

    private final Cursor in;
    private final long alignment;

    TensorReader(Cursor in, long alignment) {
        this.in = in;
        this.alignment = alignment;
    }

    /**
     * A tensor in the list.
     *
     * @param shape the fastest-moving dimension (columns) first
     * @param offset bytes from the start of the data, which is known only after the list's end
     * @param offsetAt the place of that offset in the file
     */
    private record Entry(String name, ElementType type, List<Long> shape, long bytes, long offset, long offsetAt) {}

    List<StoredTensor> read(long count) {
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (long i = 0; i < count; i++) {
            long at = in.position();
            Entry entry = entry();
            if (!names.add(entry.name())) {
                throw in.refuse(at, "the tensor " + entry.name() + " occurs twice");
            }
            entries.add(entry);
        }
        return place(entries);
    }

    private Entry entry() {
        String name = in.string(MAX_NAME_LENGTH, "a tensor's name");
        long shapeAt = in.position() + Integer.BYTES;
        List<Long> shape = shape(name);
        ElementType type = type(name);
        long bytes = bytes(name, shape, type, shapeAt);
        long offsetAt = in.position();
        return new Entry(name, type, shape, bytes, in.i64("the offset of " + name), offsetAt);
    }

    private List<Long> shape(String name) {
        long at = in.position();
        int dimensions = in.i32("the number of dimensions of " + name);
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw in.refuse(
                    at,
                    "tensor %s has %s dimensions; 1 to %d are allowed"
                            .formatted(name, Integer.toUnsignedString(dimensions), MAX_DIMENSIONS));
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            shape.add(in.i64("a dimension of " + name));
        }
        return List.copyOf(shape);
    }

    private ElementType type(String name) {
        long at = in.position();
        int id = in.i32("the type of " + name);
        return GgmlType.of(id)
                .orElseThrow(() -> in.refuse(
                        at,
                        "tensor %s has %s; supported are %s"
                                .formatted(name, GgmlType.describe(id), GgmlType.supported())));
    }

    private long bytes(String name, List<Long> shape, ElementType type, long at) {
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 1 || Math.multiplyHigh(elements, dimension) != 0 || elements * dimension < 0) {
                throw in.refuse(
                        at,
                        "tensor " + name + " has the shape " + shape
                                + "; each dimension must be positive, their product below 2^63");
            }
            elements *= dimension;
        }
        if (shape.getFirst() % type.blockSize() != 0) {
            throw in.refuse(
                    at,
                    "tensor %s has %d columns, %s needs a multiple of %d"
                            .formatted(name, shape.getFirst(), type, type.blockSize()));
        }
        long blocks = elements / type.blockSize();
        if (blocks > Long.MAX_VALUE / type.blockBytes()) {
            throw in.refuse(at, "tensor " + name + " of shape " + shape + " needs more than 2^63 bytes");
        }
        return blocks * type.blockBytes();
    }

    private List<StoredTensor> place(List<Entry> entries) {
        long header = in.position();
        long start = (header + alignment - 1) & -alignment;
        long dataBytes = Math.max(0, header + in.remaining() - start);
        List<StoredTensor> placed =
                entries.stream().map(entry -> place(entry, start, dataBytes)).toList();
        refuseOverlaps(entries);
        return placed;
    }

    /** All lie within the file. */
    private void refuseOverlaps(List<Entry> entries) {
        List<Entry> inOrder =
                entries.stream().sorted(Comparator.comparingLong(Entry::offset)).toList();
        for (int i = 1; i < inOrder.size(); i++) {
            Entry before = inOrder.get(i - 1);
            Entry entry = inOrder.get(i);
            if (entry.offset() < before.offset() + before.bytes()) {
                throw in.refuse(
                        entry.offsetAt(),
                        "tensor %s has the offset %d, where %s has its data"
                                .formatted(entry.name(), entry.offset(), before.name()));
            }
        }
    }

    private StoredTensor place(Entry entry, long start, long dataBytes) {
        long offset = entry.offset();
        if (offset % alignment != 0) {
            throw in.refuse(
                    entry.offsetAt(),
                    "tensor %s has the offset %s; it must be a multiple of the alignment %d"
                            .formatted(entry.name(), Long.toUnsignedString(offset), alignment));
        }
        if (offset < 0 || offset > dataBytes || entry.bytes() > dataBytes - offset) {
            throw in.refuse(
                    entry.offsetAt(),
                    "tensor %s needs %d bytes at the offset %s, but the file has %d bytes of data"
                            .formatted(entry.name(), entry.bytes(), Long.toUnsignedString(offset), dataBytes));
        }
        return new StoredTensor(
                entry.name(),
                entry.type(),
                entry.shape().reversed(),
                in.slice(start + offset, entry.bytes()),
                in.file(),
                start + offset);
    }
}
