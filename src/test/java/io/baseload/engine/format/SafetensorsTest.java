package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void givesShapesTypesAndBytes() throws IOException {
        String header = "{\"__metadata__\":{\"format\":\"pt\"},\"a\":%s,\"b\":%s,\"one\":%s}  "
                .formatted(
                        tensor("F32", "[2,3]", "[4,28]"),
                        tensor("I16", "[2]", "[0,4]"),
                        tensor("F64", "[]", "[28,36]"));
        try (ModelCheckpoint file = ModelCheckpoint.open(write("t.safetensors", header, 36))) {
            StoredTensor a = file.tensor("a").orElseThrow();
            assertThat(file.format()).isEqualTo("safetensors");
            assertThat(file.tensors()).extracting(StoredTensor::name).containsExactly("a", "b", "one");
            assertThat(a.shape()).containsExactly(2L, 3L);
            assertThat(a.offset()).isEqualTo(8 + header.length() + 4);
            assertThat(a.data().byteSize()).isEqualTo(24);
            assertThat(file.tensor("b").orElseThrow().type()).isEqualTo(ElementType.I16);
            StoredTensor one = file.tensor("one").orElseThrow();
            assertThat(one.rows()).isEqualTo(1);
            assertThat(one.columns()).isEqualTo(1);
            RowSource rows = a.matrix();
            assertThat(rows.rows()).isEqualTo(2);
            assertThat(rows.row(1).mismatch(MemorySegment.ofArray(bytes(16, 12))))
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F4    | [2]       | [0,1]       | the type F4; supported are BF16",
                "F32   | [2,-1]    | [0,8]       | needs other than so many bytes",
                "F32   | [8589934592,2147483648,4] | [0,8] | needs other than so many bytes",
                "F32   | [2.0]     | [0,8]       | must be an integer, not a number with a point",
                "F32   | 2         | [0,8]       | shape of tensor a must be an array of integers, not an integer",
                "F32   | [2]       | [0,4,8]     | must be an array of two integers",
                "F32   | [2]       | [8,0]       | has the range [8, 0]",
                "F32   | [2]       | [-8,0]      | has the range [-8, 0]",
                "F32   | [2]       | [0,99999999999999999999] | must be an integer",
                "F32   | [1]       | [4,8]       | begins at 4; it must begin where the one before ends, at 0",
                "F32   | [1]       | [0,4]       | 4 bytes follow that no tensor uses"
            })
    void refusesATensor(String type, String shape, String range, String problem) throws IOException {
        Path file = write("t.safetensors", "{\"a\":" + tensor(type, shape, range) + "}", 8);
        assertThat(refusal(file)).hasMessageContaining(problem);
        assertThat(refusal(file).offset()).isPositive();
    }

    @Test
    void refusesTensorsThatOverlap() throws IOException {
        String header = "{\"a\":%s,\"b\":%s}".formatted(tensor("F32", "[2]", "[0,8]"), tensor("F32", "[2]", "[4,12]"));
        assertThat(refusal(write("t.safetensors", header, 12)))
                .hasMessageContaining("tensor b begins at 4; it must begin where the one before ends, at 8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                    | 8  | no JSON object begins here",
                "{\"a\":1,\"a\":2}     | 8  | Duplicate",
                "{\"a\":               | 8  | not valid JSON",
                "{} {}                 | 11 | more follows after the JSON object's end",
                "{\"a\":{\"shape\":[]}} | 12 | tensor a has no data_offsets",
                "{\"a\":7}             | 12 | tensor a must be an object, not an integer"
            })
    void refusesAHeader(String header, int atLeast, String problem) throws IOException {
        Path file = write("t.safetensors", header, 0);
        assertThat(refusal(file)).hasMessageContaining(problem);
        assertThat(refusal(file).offset()).isGreaterThanOrEqualTo(atLeast);
    }

    @Test
    void refusesAHeaderOfNothingButBrackets() throws IOException {
        assertThat(refusal(write("t.safetensors", "{\"a\":" + "[".repeat(100_000), 0)))
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void refusesAHeaderOfTooManyValues() throws IOException {
        assertThat(refusal(write("t.safetensors", "{\"a\":[" + "0,".repeat(5_000_000), 0)))
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void refusesFilesThatEndInTheHeader() throws IOException {
        Path empty = Files.write(folder.resolve("empty.safetensors"), new byte[0]);
        assertThat(refusal(empty)).hasMessageContaining("the file ends inside the header's length");
        Path utf16 = folder.resolve("utf16.safetensors");
        Files.write(utf16, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', 0});
        assertThat(refusal(utf16)).hasMessageContaining("a zero byte, expected JSON in UTF-8");
    }

    @Test
    void readsShards() throws IOException {
        write("model-1.safetensors", "{\"a\":" + tensor("F32", "[1]", "[0,4]") + "}", 4);
        write("model-2.safetensors", "{\"b\":" + tensor("F32", "[2]", "[0,8]") + "}", 8);
        Path index = index("{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}");
        try (ModelCheckpoint file = ModelCheckpoint.open(index)) {
            assertThat(file.tensors()).extracting(StoredTensor::name).containsExactly("a", "b");
            assertThat(file.tensor("b").orElseThrow().file()).isEqualTo(folder.resolve("model-2.safetensors"));
        }
        assertThat(refusal(index("{\"a\":\"model-2.safetensors\"}")))
                .hasMessageContaining("the tensor a is not in model-2.safetensors");
        assertThat(refusal(index("{\"a\":\"model-3.safetensors\"}"))).hasMessageContaining("no such file");
        assertThat(refusal(index("{\"a\":7}"))).hasMessageContaining("must be text, not an integer");
        assertThat(refusal(index("[]"))).hasMessageContaining("weight_map must be an object");
    }

    @ParameterizedTest
    @CsvSource({"../x", "/etc/passwd", "..", "a/b", "'a\\\\b'", "c:x", "''", "'a\\u0000b'"})
    void readsNothingOutsideTheFolder(String name) throws IOException {
        assertThat(refusal(index("{\"a\":\"" + name + "\"}")))
                .hasMessageContaining("it must be the name of a file in the same folder");
    }

    private Path index(String map) throws IOException {
        return Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"weight_map\":" + map + "}");
    }

    private static String tensor(String type, String shape, String range) {
        return String.format(Locale.ROOT, "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}", type, shape, range);
    }

    private Path write(String name, String header, int bytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text).put(bytes(0, bytes));
        return Files.write(folder.resolve(name), file.array());
    }

    private static byte[] bytes(int from, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (from + i);
        }
        return bytes;
    }

    private static ModelFileException refusal(Path file) {
        return catchThrowableOfType(
                ModelFileException.class, () -> ModelCheckpoint.open(file).close());
    }
}
