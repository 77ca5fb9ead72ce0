package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.MetadataValue.Array;
import io.baseload.engine.format.MetadataValue.Flag;
import io.baseload.engine.format.MetadataValue.Int;
import io.baseload.engine.format.MetadataValue.Real;
import io.baseload.engine.format.MetadataValue.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The keys of a GGUF file. A value of the wrong type is refused with its place in the file. */
public final class Metadata implements ModelKeys {
    private static final int MAX_TEXT_LENGTH = 1 << 26;
    private static final long MAX_ELEMENTS = 1 << 24;

    private final Path file;
    private final MemorySegment bytes;
    private final Map<String, MetadataValue> values;

    Metadata(Path file, MemorySegment bytes, Map<String, MetadataValue> values) {
        this.file = file;
        this.bytes = bytes;
        this.values = Map.copyOf(values);
    }

    /** All keys, sorted. */
    public SortedSet<String> names() {
        return new TreeSet<>(values.keySet());
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    public Optional<String> string(String key) {
        MetadataValue value = values.get(key);
        return value == null
                ? Optional.empty()
                : Optional.of(as(Text.class, value, key, "a string").value());
    }

    public OptionalLong integer(String key) {
        MetadataValue value = values.get(key);
        return value == null
                ? OptionalLong.empty()
                : OptionalLong.of(as(Int.class, value, key, "an integer").value());
    }

    public Optional<Boolean> flag(String key) {
        MetadataValue value = values.get(key);
        return value == null
                ? Optional.empty()
                : Optional.of(as(Flag.class, value, key, "a boolean").value());
    }

    public OptionalDouble number(String key) {
        @Nullable MetadataValue value = values.get(key);
        return switch (value) {
            case null -> OptionalDouble.empty();
            case Int i -> OptionalDouble.of((double) i.value());
            default -> OptionalDouble.of(as(Real.class, value, key, "a number").value());
        };
    }

    /** Number of elements of an array; 0 if there is no such key. */
    public long arrayLength(String key) {
        MetadataValue value = values.get(key);
        return value == null ? 0 : as(Array.class, value, key, "an array").count();
    }

    /** An array of strings; empty if there is no such key. */
    public List<String> strings(String key) {
        Optional<Array> array = array(key, "an array of strings");
        if (array.isEmpty()) {
            return List.of();
        }
        require(array.get().element() == ValueType.STRING, array.get(), key, "an array of strings");
        Cursor in = new Cursor(file, bytes, array.get().first());
        List<String> strings = new ArrayList<>((int) array.get().count());
        for (long i = 0; i < array.get().count(); i++) {
            strings.add(in.string(MAX_TEXT_LENGTH, key));
        }
        return List.copyOf(strings);
    }

    /** An array of numbers as floats; empty if there is no such key. */
    public float[] floats(String key) {
        Optional<Array> array = array(key, "an array of numbers");
        if (array.isEmpty()) {
            return new float[0];
        }
        require(array.get().element() == ValueType.FLOAT32, array.get(), key, "an array of FLOAT32");
        Cursor in = new Cursor(file, bytes, array.get().first());
        float[] floats = new float[(int) array.get().count()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.intBitsToFloat(in.i32(key));
        }
        return floats;
    }

    /** An array of integers; empty if there is no such key. */
    public List<Integer> integers(String key) {
        Optional<Array> array = array(key, "an array of integers");
        if (array.isEmpty()) {
            return List.of();
        }
        require(array.get().element().integer(), array.get(), key, "an array of integers");
        ValueReader in = new ValueReader(new Cursor(file, bytes, array.get().first()));
        List<Integer> integers = new ArrayList<>((int) array.get().count());
        for (long i = 0; i < array.get().count(); i++) {
            integers.add((int) ((Int) in.value(array.get().element(), key)).value());
        }
        return List.copyOf(integers);
    }

    /** An array of bytes; empty if there is no such key. */
    public byte[] bytes(String key) {
        Optional<Array> array = array(key, "an array of bytes");
        if (array.isEmpty()) {
            return new byte[0];
        }
        ValueType element = array.get().element();
        require(element == ValueType.INT8 || element == ValueType.UINT8, array.get(), key, "an array of bytes");
        byte[] copy = new byte[(int) array.get().count()];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, array.get().first(), copy, 0, copy.length);
        return copy;
    }

    @Override
    public ModelFileException refuse(String key, String problem) {
        MetadataValue value = values.get(key);
        return new ModelFileException(file, value == null ? -1 : value.offset(), key + " " + problem);
    }

    private Optional<Array> array(String key, String wanted) {
        MetadataValue value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        Array array = as(Array.class, value, key, wanted);
        if (array.count() > MAX_ELEMENTS) {
            throw refuse(key, "has " + array.count() + " elements; at most " + MAX_ELEMENTS + " are allowed");
        }
        return Optional.of(array);
    }

    private void require(boolean fits, MetadataValue value, String key, String wanted) {
        if (!fits) {
            throw refuse(key, "must be " + wanted + ", not " + value.kind());
        }
    }

    private <T extends MetadataValue> T as(Class<T> type, MetadataValue value, String key, String wanted) {
        require(type.isInstance(value), value, key, wanted);
        return type.cast(value);
    }
}
