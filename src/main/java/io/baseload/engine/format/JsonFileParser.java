package io.baseload.engine.format;

import io.baseload.engine.format.JsonValue.Array;
import io.baseload.engine.format.JsonValue.Flag;
import io.baseload.engine.format.JsonValue.Int;
import io.baseload.engine.format.JsonValue.Null;
import io.baseload.engine.format.JsonValue.Real;
import io.baseload.engine.format.JsonValue.Struct;
import io.baseload.engine.format.JsonValue.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Parses JSON in a file: one object in UTF-8, limited in length, depth and number of values. Duplicate keys are refused. */
final class JsonFileParser {
    private static final int MAX_DEPTH = 32;
    private static final long MAX_TOKENS = 4_000_000;

    /** The limit of safetensors for headers. */
    static final long MAX_LENGTH = 100_000_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxTokenCount(MAX_TOKENS)
                    .maxStringLength((int) MAX_LENGTH)
                    .maxNameLength(1 << 16)
                    .maxNumberLength(100)
                    .build())
            .build();

    private final MappedFile file;
    private final long start;
    private final JsonParser in;

    private JsonFileParser(MappedFile file, long start, JsonParser in) {
        this.file = file;
        this.start = start;
        this.in = in;
    }

    /** The object that is the content of a file. */
    static Struct read(MappedFile file) {
        return read(file, 0, file.size());
    }

    /** The array that is the content of a file. */
    static Array list(MappedFile file) {
        return parse(file, 0, file.bytes(), JsonFileParser::wholeArray);
    }

    /** The object in part of a file, with nothing but white space around it. */
    static Struct read(MappedFile file, long start, long length) {
        return read(file, start, file.bytes().asSlice(start, length));
    }

    /** The object in bytes from {@code start} in a file, with nothing but white space around it. */
    static Struct read(MappedFile file, long start, MemorySegment bytes) {
        return parse(file, start, bytes, JsonFileParser::whole);
    }

    private static <T> T parse(MappedFile file, long start, MemorySegment bytes, Function<JsonFileParser, T> reader) {
        if (bytes.byteSize() > MAX_LENGTH) {
            throw file.refuse(
                    start, "the JSON text has " + bytes.byteSize() + " bytes; at most " + MAX_LENGTH + " are allowed");
        }
        byte[] text = bytes.toArray(ValueLayout.JAVA_BYTE);
        checkEncoding(file, start, text);
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            return reader.apply(new JsonFileParser(file, start, in));
        } catch (JacksonException e) {
            long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
            throw file.refuse(start + at, "not valid JSON: " + e.getOriginalMessage());
        }
    }

    /** The parser would also accept UTF-16 and UTF-32, which have a zero among the first bytes. */
    private static void checkEncoding(MappedFile file, long start, byte[] text) {
        for (int i = 0; i < Math.min(4, text.length); i++) {
            if (text[i] == 0) {
                throw file.refuse(start + i, "a zero byte, expected JSON in UTF-8");
            }
        }
    }

    private Struct whole() {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw file.refuse(start, "no JSON object begins here");
        }
        Struct object = object();
        end("object");
        return object;
    }

    private Array wholeArray() {
        if (in.nextToken() != JsonToken.START_ARRAY) {
            throw file.refuse(start, "no JSON array begins here");
        }
        Array array = array();
        end("array");
        return array;
    }

    private void end(String what) {
        if (in.nextToken() != null) {
            throw file.refuse(offset(), "more follows after the JSON " + what + "'s end");
        }
    }

    private Struct object() {
        long at = offset();
        Map<String, JsonValue> fields = new LinkedHashMap<>();
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = in.currentName();
            in.nextToken();
            fields.put(name, value());
        }
        return new Struct(at, fields);
    }

    private Array array() {
        long at = offset();
        List<JsonValue> elements = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value());
        }
        return new Array(at, elements);
    }

    private JsonValue value() {
        long at = offset();
        return switch (in.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> new Text(at + 1, in.getString());
            case VALUE_NUMBER_INT -> integer(at);
            case VALUE_NUMBER_FLOAT -> new Real(at, in.getDoubleValue());
            case VALUE_TRUE -> new Flag(at, true);
            case VALUE_FALSE -> new Flag(at, false);
            case VALUE_NULL -> new Null(at);
            default -> throw file.refuse(at, "not valid JSON");
        };
    }

    private JsonValue integer(long at) {
        return in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? new Real(at, in.getDoubleValue())
                : new Int(at, in.getLongValue());
    }

    private long offset() {
        return start + in.currentTokenLocation().getByteOffset();
    }
}
