package io.baseload.engine.format;

import io.baseload.engine.format.JsonValue.Array;
import io.baseload.engine.format.JsonValue.Int;
import io.baseload.engine.format.JsonValue.Struct;
import io.baseload.engine.format.JsonValue.Text;
import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Reads the header of a safetensors file: 8 bytes of length, then JSON with {@code dtype}, {@code shape} and {@code data_offsets} of each tensor. The ranges must
 * fill the rest of the file without gaps or overlaps.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the format's definition</a>
 */
final class Safetensors {
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final String METADATA = "__metadata__";

    private final MappedFile file;
    private final long start;

    private Safetensors(MappedFile file, long start) {
        this.file = file;
        this.start = start;
    }

    /** The range of a tensor, counted from the end of the header, and the offset of its description in the file. */
    private record Range(String name, long begin, long end, long offset) {}

    static List<StoredTensor> read(MappedFile file) {
        long length = headerLength(file);
        Struct header = JsonFileParser.read(file, 8, length);
        return new Safetensors(file, 8 + length).tensors(header);
    }

    private static long headerLength(MappedFile file) {
        if (file.size() < 8) {
            throw file.refuse(file.size(), "the file ends inside the header's length, which needs 8 bytes");
        }
        long length = file.bytes().get(LENGTH, 0);
        if (length < 0 || length > file.size() - 8) {
            throw file.refuse(
                    0,
                    "the header's length is %s, but %d bytes follow"
                            .formatted(Long.toUnsignedString(length), file.size() - 8));
        }
        return length;
    }

    private List<StoredTensor> tensors(Struct header) {
        List<StoredTensor> tensors = new ArrayList<>();
        List<Range> ranges = new ArrayList<>();
        for (Map.Entry<String, JsonValue> entry : header.fields().entrySet()) {
            if (!entry.getKey().equals(METADATA)) {
                Struct fields = as(Struct.class, entry.getValue(), "tensor " + entry.getKey(), "an object");
                Range range = range(entry.getKey(), fields);
                ranges.add(range);
                tensors.add(tensor(fields, range));
            }
        }
        checkCover(ranges);
        return tensors;
    }

    private Range range(String name, Struct fields) {
        Array value = field(fields, "data_offsets", name, Array.class, "an array of two integers");
        if (value.elements().size() != 2) {
            throw file.refuse(value.offset(), "data_offsets of tensor " + name + " must be an array of two integers");
        }
        long begin = integer(value.elements().getFirst(), "data_offsets of tensor " + name);
        long end = integer(value.elements().getLast(), "data_offsets of tensor " + name);
        if (begin < 0 || end < begin || end > file.size() - start) {
            throw file.refuse(
                    value.offset(),
                    "tensor %s has the range [%d, %d], but the file has %d bytes of data"
                            .formatted(name, begin, end, file.size() - start));
        }
        return new Range(name, begin, end, value.offset());
    }

    private StoredTensor tensor(Struct fields, Range range) {
        ElementType type = type(fields, range.name());
        Array shape = field(fields, "shape", range.name(), Array.class, "an array of integers");
        List<Long> dimensions = shape.elements().stream()
                .map(value -> integer(value, "the shape of tensor " + range.name()))
                .toList();
        long needed = ShapeCheck.bytes(type, dimensions).orElse(-1);
        if (needed != range.end() - range.begin()) {
            throw file.refuse(
                    shape.offset(),
                    "tensor %s of shape %s and type %s needs %s bytes, but its range has %d"
                            .formatted(
                                    range.name(),
                                    dimensions,
                                    type,
                                    needed < 0 ? "other than so many" : needed,
                                    range.end() - range.begin()));
        }
        return new StoredTensor(
                range.name(),
                type,
                dimensions,
                file.bytes().asSlice(start + range.begin(), needed),
                file.path(),
                start + range.begin());
    }

    private ElementType type(Struct fields, String name) {
        Text dtype = field(fields, "dtype", name, Text.class, "text");
        return PlainTypes.named(dtype.value())
                .orElseThrow(() -> file.refuse(
                        dtype.offset(),
                        "tensor %s has the type %s; supported are %s"
                                .formatted(name, dtype.value(), PlainTypes.names())));
    }

    private void checkCover(List<Range> ranges) {
        ranges.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
        long end = 0;
        for (Range range : ranges) {
            if (range.begin() != end) {
                throw file.refuse(
                        range.offset(),
                        "tensor %s begins at %d; it must begin where the one before ends, at %d"
                                .formatted(range.name(), range.begin(), end));
            }
            end = range.end();
        }
        if (end != file.size() - start) {
            throw file.refuse(start + end, "%d bytes follow that no tensor uses".formatted(file.size() - start - end));
        }
    }

    private <T extends JsonValue> T field(Struct fields, String key, String tensor, Class<T> type, String wanted) {
        JsonValue value = fields.fields().get(key);
        if (value == null) {
            throw file.refuse(fields.offset(), "tensor " + tensor + " has no " + key);
        }
        return as(type, value, key + " of tensor " + tensor, wanted);
    }

    private long integer(JsonValue value, String what) {
        return as(Int.class, value, what, "an integer").value();
    }

    private <T extends JsonValue> T as(Class<T> type, JsonValue value, String what, String wanted) {
        if (!type.isInstance(value)) {
            throw file.refuse(value.offset(), what + " must be " + wanted + ", not " + value.kind());
        }
        return type.cast(value);
    }
}
