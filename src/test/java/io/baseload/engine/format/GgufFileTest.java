package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.GgufBytes;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
    @TempDir
    Path folder;

    @Test
    void acceptsAValidFile() {
        try (GgufFile file = GgufFile.open(TestModels.resource("hostile/valid.gguf"))) {
            StoredTensor b = file.tensor("b").orElseThrow();
            assertThat(file.tensors()).extracting(StoredTensor::name).containsExactly("a", "b");
            assertThat(b.shape()).containsExactly(4L, 8L);
            assertThat(b.columns()).isEqualTo(8);
            assertThat(b.rows()).isEqualTo(4);
            assertThat(b.data().byteSize()).isEqualTo(128);
        }
    }

    @Test
    void readsTheBundledModel() {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            assertThat(file.tensors()).hasSize(272);
            assertThat(file.metadata().integer("llama.block_count")).hasValue(30);
            assertThat(file.metadata().strings("tokenizer.ggml.tokens"))
                    .hasSize(49_152)
                    .startsWith("<|endoftext|>");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 4, 23, 24, 1_000, 100_000, 1_000_000, 2_000_000, 98_362_431})
    void refusesATruncatedModel(long length) throws IOException {
        Path file = folder.resolve("truncated.gguf");
        try (FileChannel in = FileChannel.open(TestModels.smolLm2());
                FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            in.transferTo(0, length, out);
        }
        assertThat(refusal(file).getMessage()).contains("truncated.gguf");
    }

    @Test
    void namesAKnownTypeThatIsNotSupported() throws IOException {
        Path file = GgufBytes.header(1, 0).tensor("w", 15, 0, 256).data(144).write(folder.resolve("q8k.gguf"));
        assertThat(refusal(file)).hasMessageContaining("tensor w has the type Q8_K; supported are F32, F16");
    }

    @Test
    void refusesAnUnknownType() throws IOException {
        Path file = GgufBytes.header(1, 0).tensor("w", 999, 0, 256).data(144).write(folder.resolve("type.gguf"));
        assertThat(refusal(file)).hasMessageContaining("the unknown type 999");
    }

    @Test
    void refusesDuplicates() throws IOException {
        Path keys = GgufBytes.header(0, 2).key("a", 1).key("a", 2).write(folder.resolve("keys.gguf"));
        assertThat(refusal(keys)).hasMessageContaining("the metadata key a occurs twice");
        Path tensors = GgufBytes.header(2, 0)
                .tensor("w", 0, 0, 8)
                .tensor("w", 0, 32, 8)
                .data(64)
                .write(folder.resolve("tensors.gguf"));
        assertThat(refusal(tensors)).hasMessageContaining("the tensor w occurs twice");
    }

    @Test
    void refusesTensorsThatOverlap() throws IOException {
        Path file = GgufBytes.header(2, 0)
                .tensor("second", 0, 32, 8)
                .tensor("first", 0, 0, 16)
                .data(64)
                .write(folder.resolve("overlap.gguf"));
        assertThat(refusal(file)).hasMessageContaining("tensor second has the offset 32, where first has its data");
    }

    @Test
    void refusesArraysInsideArrays() throws IOException {
        GgufBytes bytes = GgufBytes.header(0, 1).string("deep").i32(GgufBytes.ARRAY);
        for (int i = 0; i < 100_000; i++) {
            bytes.i32(GgufBytes.ARRAY).i64(1);
        }
        assertThat(refusal(bytes.write(folder.resolve("deep.gguf")))).hasMessageContaining("deeper than 4");
    }

    @Test
    void refusesAnArrayThatTheFileCannotHold() throws IOException {
        Path file = GgufBytes.header(0, 1)
                .string("huge")
                .i32(GgufBytes.ARRAY)
                .i32(GgufBytes.STRING)
                .i64(1L << 40)
                .data(64)
                .write(folder.resolve("huge.gguf"));
        assertThat(refusal(file)).hasMessageContaining("the element count of huge is 1099511627776");
    }

    @Test
    void refusesAPartialBlock() throws IOException {
        Path file = GgufBytes.header(1, 0).tensor("w", 3, 0, 33, 2).data(80).write(folder.resolve("block.gguf"));
        assertThat(refusal(file)).hasMessageContaining("33 columns, Q4_1 needs a multiple of 32");
    }

    @Test
    void refusesShapesWithoutElementsOrWithTooManyDimensions() throws IOException {
        Path zero = GgufBytes.header(1, 0).tensor("w", 0, 0, 8, 0).data(32).write(folder.resolve("zero.gguf"));
        assertThat(refusal(zero)).hasMessageContaining("each dimension must be positive");
        Path many =
                GgufBytes.header(1, 0).tensor("w", 0, 0, 1, 1, 1, 1, 1).data(32).write(folder.resolve("many.gguf"));
        assertThat(refusal(many)).hasMessageContaining("5 dimensions");
    }

    @Test
    void refusesOtherVersionsAndByteOrders() throws IOException {
        Path old = new GgufBytes().text("GGUF").i32(1).i64(0).i64(0).write(folder.resolve("v1.gguf"));
        assertThat(refusal(old)).hasMessageContaining("GGUF version 1");
        Path big = new GgufBytes().text("GGUF").i32(3 << 24).i64(0).i64(0).write(folder.resolve("big.gguf"));
        assertThat(refusal(big)).hasMessageContaining("big-endian");
    }

    @Test
    void refusesAKeyOfAnotherType() throws IOException {
        Path path = GgufBytes.header(0, 1).key("k", "text").write(folder.resolve("typed.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            assertThatThrownBy(() -> file.metadata().integer("k"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("k must be an integer, not a string");
            assertThatThrownBy(() -> file.metadata().strings("k")).isInstanceOf(ModelFileException.class);
            assertThat(file.metadata().string("k")).hasValue("text");
            assertThat(file.metadata().integer("missing")).isEmpty();
        }
    }

    @Test
    void readsVersionTwo() throws IOException {
        Path path = new GgufBytes()
                .text("GGUF")
                .i32(2)
                .i64(0)
                .i64(1)
                .key("k", new String[] {"a", "b"})
                .write(folder.resolve("v2.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.metadata().strings("k")).isEqualTo(List.of("a", "b"));
        }
    }

    @Test
    void refusesWhatIsNoFile() throws IOException {
        Path missing = folder.resolve("missing.gguf");
        assertThat(refusal(missing).offset()).isEqualTo(-1);
        assertThat(refusal(missing)).hasMessage(missing + ": no such file");
        assertThat(refusal(folder).getMessage()).contains("can't be read");
        Path empty = folder.resolve("empty.gguf");
        try (OutputStream out = Files.newOutputStream(empty)) {
            out.flush();
        }
        assertThat(refusal(empty)).hasMessageContaining("the file ends inside the magic");
    }

    private static ModelFileException refusal(Path file) {
        return catchThrowableOfType(
                ModelFileException.class, () -> GgufFile.open(file).close());
    }
}
