package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.JsonValue.Array;
import io.baseload.engine.format.JsonValue.Flag;
import io.baseload.engine.format.JsonValue.Int;
import io.baseload.engine.format.JsonValue.Null;
import io.baseload.engine.format.JsonValue.Real;
import io.baseload.engine.format.JsonValue.Struct;
import io.baseload.engine.format.JsonValue.Text;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The keys of a JSON file, such as {@code config.json}, or of an object in it. A key whose value is null counts as missing. A value of the wrong type is refused with its place in the file.
 * Records which keys were read.
 */
public final class ConfigKeys implements ModelKeys {
    private final Path file;
    private final String prefix;
    private final Struct object;
    private final Set<String> read = new TreeSet<>();
    private final Map<String, ConfigKeys> inner = new TreeMap<>();

    private ConfigKeys(Path file, String prefix, Struct object) {
        this.file = file;
        this.prefix = prefix;
        this.object = object;
    }

    /** @throws ModelFileException if the file can't be read or isn't one JSON object */
    public static ConfigKeys read(Path file) {
        try (Mappings mappings = new Mappings()) {
            return new ConfigKeys(file, "", JsonFileParser.read(mappings.map(file)));
        }
    }

    /**
     * The keys of a JSON object in a text. Exceptions call it {@code config.json}.
     *
     * @throws ModelFileException if it isn't one
     */
    public static ConfigKeys of(String text) {
        var file = new MappedFile(
                Path.of(ModelFolder.CONFIG), MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
        return new ConfigKeys(file.path(), "", JsonFileParser.read(file));
    }

    /** The keys of a JSON object that is the text in a tensor of bytes. */
    public static ConfigKeys of(StoredTensor text) {
        var file = new MappedFile(text.file(), text.data());
        return new ConfigKeys(text.file(), "", JsonFileParser.read(file, text.offset(), text.data()));
    }

    /** The names of all keys, missing or not, in the file's order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(object.fields().keySet());
    }

    /** Whether the key has a value other than null. */
    public boolean has(String key) {
        return value(key).isPresent();
    }

    public Optional<String> string(String key) {
        return value(key).map(value -> as(Text.class, value, key, "text").value());
    }

    public OptionalLong integer(String key) {
        return value(key).map(value -> OptionalLong.of(integer(value, key))).orElse(OptionalLong.empty());
    }

    public OptionalDouble number(String key) {
        return value(key).map(value -> OptionalDouble.of(number(value, key))).orElse(OptionalDouble.empty());
    }

    public Optional<Boolean> flag(String key) {
        return value(key).map(value -> as(Flag.class, value, key, "a boolean").value());
    }

    /** An array of text; empty if there is no such key. */
    public List<String> strings(String key) {
        return elements(key).stream()
                .map(value -> as(Text.class, value, key, "an array of text").value())
                .toList();
    }

    /** An array of integers, or a single one; empty if there is no such key. */
    public List<Long> integers(String key) {
        return elements(key).stream().map(value -> integer(value, key)).toList();
    }

    /** An array of numbers, or a single one; empty if there is no such key. */
    public List<Double> numbers(String key) {
        return elements(key).stream().map(value -> number(value, key)).toList();
    }

    /** The keys of the object that is this key's value. */
    public Optional<ConfigKeys> object(String key) {
        Optional<Struct> struct = value(key).map(value -> as(Struct.class, value, key, "an object"));
        return struct.map(found -> inner.computeIfAbsent(key, k -> new ConfigKeys(file, prefix + key + ".", found)));
    }

    /** Whether the value is false, or an empty text, array or object. */
    public boolean blank(String key) {
        JsonValue value = object.fields().get(key);
        return switch (value) {
            case Flag flag -> !flag.value();
            case Text text -> text.value().isEmpty();
            case Array array -> array.elements().isEmpty();
            case Struct struct -> struct.fields().isEmpty();
            case null, default -> false;
        };
    }

    /** Keys that have a value and were not read; those inside an object only if the object was read. */
    public Set<String> unread() {
        Set<String> unread = new TreeSet<>();
        for (var field : object.fields().entrySet()) {
            if (!(field.getValue() instanceof Null) && !read.contains(field.getKey())) {
                unread.add(prefix + field.getKey());
            }
        }
        inner.values().forEach(keys -> unread.addAll(keys.unread()));
        return unread;
    }

    @Override
    public ModelFileException refuse(String key, String problem) {
        JsonValue value = object.fields().get(key);
        return new ModelFileException(file, value == null ? -1 : value.offset(), prefix + key + " " + problem);
    }

    private Optional<JsonValue> value(String key) {
        read.add(key);
        return Optional.ofNullable(object.fields().get(key)).filter(value -> !(value instanceof Null));
    }

    private List<JsonValue> elements(String key) {
        return value(key)
                .map(value -> value instanceof Array array ? array.elements() : List.of(value))
                .orElse(List.of());
    }

    private long integer(JsonValue value, String key) {
        return as(Int.class, value, key, "an integer").value();
    }

    private double number(JsonValue value, String key) {
        return value instanceof Int integer
                ? integer.value()
                : as(Real.class, value, key, "a number").value();
    }

    private <T extends JsonValue> T as(Class<T> type, JsonValue value, String key, String wanted) {
        if (!type.isInstance(value)) {
            throw new ModelFileException(
                    file, value.offset(), prefix + key + " must be " + wanted + ", not " + value.kind());
        }
        return type.cast(value);
    }
}
