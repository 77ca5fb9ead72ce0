package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import io.baseload.testing.TorchBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchTest {
    private static final int[] TWO_BY_THREE = {2, 3};

    @TempDir
    Path folder;

    @Test
    void givesViewsOfASharedStorage() throws IOException {
        Path path = TorchBytes.dict()
                .tensor("rows", "FloatStorage", "0", 8, 1, TWO_BY_THREE, new int[] {3, 1})
                .tensor("transposed", "FloatStorage", "0", 8, 1, new int[] {3, 2}, new int[] {1, 3})
                .tensor("one", "FloatStorage", "0", 8, 7, new int[0], new int[0])
                .floats("0", 0, 1, 2, 3, 4, 5, 6, 7)
                .entry("byteorder", "little".getBytes(StandardCharsets.US_ASCII))
                .write(folder.resolve("pytorch_model.bin"));
        try (ModelCheckpoint file = ModelCheckpoint.open(path)) {
            assertThat(file.format()).isEqualTo("pytorch");
            StoredTensor rows = file.tensor("rows").orElseThrow();
            assertThat(rows.contiguous()).isTrue();
            assertThat(rows.type()).isEqualTo(ElementType.F32);
            assertThat(floats(rows.matrix())).containsExactly(1, 2, 3, 4, 5, 6);
            StoredTensor transposed = file.tensor("transposed").orElseThrow();
            assertThat(transposed.contiguous()).isFalse();
            assertThat(floats(transposed.matrix())).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(floats(file.tensor("one").orElseThrow().matrix())).containsExactly(7);
        }
    }

    @Test
    void gathersTensorsOfThreeDimensions() throws IOException {
        float[] values = new float[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path path = TorchBytes.dict()
                .tensor("w", "FloatStorage", "0", 24, 0, new int[] {2, 3, 4}, new int[] {1, 8, 2})
                .floats("0", values)
                .write(folder.resolve("t.bin"));
        try (ModelCheckpoint file = ModelCheckpoint.open(path)) {
            float[] gathered = floats(file.tensor("w").orElseThrow().matrix());
            assertThat(Arrays.copyOf(gathered, 8)).containsExactly(0, 2, 4, 6, 8, 10, 12, 14);
            assertThat(gathered[12]).isEqualTo(1);
        }
    }

    @Test
    void readsOverAttributesOfAnOrderedDict() throws IOException {
        Path path = new TorchBytes()
                .op(0x80, 2)
                .global("collections", "OrderedDict")
                .op(')', 'R', 'q', 0)
                .tensor("w", "HalfStorage", "0", 1, 0, new int[] {1}, new int[] {1})
                .op('}')
                .text("_metadata")
                .op('}', 's', 'b')
                .storage("0", new byte[2])
                .write(folder.resolve("t.bin"));
        try (ModelCheckpoint file = ModelCheckpoint.open(path)) {
            assertThat(file.tensors()).extracting(StoredTensor::name).containsExactly("w");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "posix, system",
        "builtins, eval",
        "torch, load",
        "torch._utils, _rebuild_sparse_tensor",
        "collections, OrderedDict.fromkeys"
    })
    void refusesEveryOtherNameByName(String module, String name) throws IOException {
        Path path = TorchBytes.dict()
                .text("w")
                .global(module, name)
                .text("x")
                .op(0x85, 'R', 's')
                .write(folder.resolve("t.bin"));
        assertThat(refusal(path))
                .hasMessageContaining("the pickle names " + module + "." + name + ", which creates no");
    }

    @ParameterizedTest
    @ValueSource(strings = {"i", "o", "\u0081", "\u0082", "P", "\u0093", "2", "d", "l", "S", "I", "\u0095"})
    void refusesOpcodesThatNoTensorNeeds(String opcode) throws IOException {
        Path path = TorchBytes.dict().op(opcode.charAt(0)).write(folder.resolve("t.bin"));
        assertThat(refusal(path)).hasMessageContaining("has the opcode 0x");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 7, 1, 1", // more elements than there are
        "7, 2, 1, 1", // past the end
        "-1, 2, 1, 1",
        "0, 2, 1, 8", // the second row is past the end
        "0, 2, 1, -1",
        "0, 3, 3, 0", // much of little
        "0, 2, -2, 1",
        "0, 2147483647, 2147483647, 2147483647"
    })
    void refusesViewsBeyondTheStorage(int offset, int rows, int columns, int stride) throws IOException {
        Path path = TorchBytes.dict()
                .tensor("w", "FloatStorage", "0", 6, offset, new int[] {rows, columns}, new int[] {stride, 1})
                .floats("0", 1, 2, 3, 4, 5, 6)
                .write(folder.resolve("t.bin"));
        assertThat(refusal(path)).hasMessageContaining("doesn't fit its storage of 6 elements");
        assertThat(refusal(path).offset()).isPositive();
    }

    /** One tuple of a million integers in a file of three megabytes, and 400 calls: the copies would take gigabytes. */
    @Test
    void refusesLongShapesBeforeTheyAreCopied() throws IOException {
        TorchBytes bytes = new TorchBytes()
                .op(0x80, 2, '(')
                .global("torch._utils", "_rebuild_tensor_v2")
                .op('q', 0, '(');
        for (int i = 0; i < 1_000_000; i++) {
            bytes.op('K', 1);
        }
        bytes.op('t', 'q', 1, '(')
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .integer(1)
                .op('t', 'Q', 'q', 2);
        for (int i = 0; i < 400; i++) {
            bytes.op('h', 0, '(', 'h', 2, 'K', 0, 'h', 1, 'h', 1, 0x89, '}', 't', 'R');
        }
        Path path = bytes.op('t').floats("0", 1).write(folder.resolve("t.bin"));
        assertThat(refusal(path))
                .hasMessageContaining("_rebuild_tensor_v2 is called with arguments other than those of a tensor");
        assertThat(refusal(path).offset()).isLessThan(2_000_400);
    }

    @Test
    void refusesStoragesThatAreNotThere() throws IOException {
        Path missing = TorchBytes.dict()
                .tensor("w", "FloatStorage", "../0", 6, 0, TWO_BY_THREE, new int[] {3, 1})
                .write(folder.resolve("missing.bin"));
        assertThat(refusal(missing))
                .hasMessageContaining(
                        "needs the entry data/../0 with 6 elements of 4 bytes; the file has no such entry");
        Path small = TorchBytes.dict()
                .tensor("w", "FloatStorage", "0", 6, 0, TWO_BY_THREE, new int[] {3, 1})
                .floats("0", 1)
                .write(folder.resolve("small.bin"));
        assertThat(refusal(small)).hasMessageContaining("the file has 4 bytes there");
    }

    @Test
    void refusesWhatIsNoDictionaryOfTensors() throws IOException {
        Path number = TorchBytes.dict().text("epoch").integer(3).op('s').write(folder.resolve("epoch.bin"));
        assertThat(refusal(number)).hasMessageContaining("epoch in data.pkl is an integer, not a tensor");
        Path list = new TorchBytes().op(0x80, 2, ']').write(folder.resolve("list.bin"));
        assertThat(refusal(list)).hasMessageContaining("contains no dictionary of tensors");
        Path empty = new TorchBytes().write(folder.resolve("empty.bin"));
        assertThat(refusal(empty)).hasMessageContaining("takes more from its stack than it contains");
        Path mark = TorchBytes.dict().op('(', 'q', 0).write(folder.resolve("mark.bin"));
        assertThat(refusal(mark)).hasMessageContaining("takes more from its stack than it contains");
    }

    @Test
    void refusesADictionaryInsideItself() throws IOException {
        Path path = TorchBytes.dict().op('q', 0).text("self").op('h', 0, 's').write(folder.resolve("t.bin"));
        assertThat(refusal(path)).hasMessageContaining("self in data.pkl is a dictionary, not a tensor");
    }

    @Test
    void refusesOtherFormsOfTheFile() throws IOException {
        Path compressed = TorchBytes.dict().compressed().write(folder.resolve("compressed.bin"));
        assertThat(refusal(compressed)).hasMessageContaining("the entry archive/data.pkl is compressed");
        Path big = TorchBytes.dict()
                .entry("byteorder", "big".getBytes(StandardCharsets.US_ASCII))
                .write(folder.resolve("big.bin"));
        assertThat(refusal(big)).hasMessageContaining("the byte order is not little");
        Path old = Files.write(folder.resolve("old.bin"), new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10});
        assertThat(refusal(old))
                .hasMessageContaining("not a zip file; supported are files of torch.save since PyTorch 1.6");
        Path protocol = new TorchBytes().op(0x80, 4, '}').write(folder.resolve("protocol.bin"));
        assertThat(refusal(protocol)).hasMessageContaining("the pickle has protocol 4; supported is 2");
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        Path whole = TorchBytes.dict()
                .tensor("w", "FloatStorage", "0", 6, 0, TWO_BY_THREE, new int[] {3, 1})
                .floats("0", 1, 2, 3, 4, 5, 6)
                .write(folder.resolve("whole.bin"));
        byte[] bytes = Files.readAllBytes(whole);
        for (int length = 0; length < bytes.length; length++) {
            Path path = Files.write(folder.resolve("part.bin"), Arrays.copyOf(bytes, length));
            assertThat(refusal(path)).as(length + " bytes").isNotNull();
        }
    }

    private static float[] floats(RowSource rows) {
        float[] values = new float[rows.rows() * rows.cols()];
        for (int i = 0; i < rows.rows(); i++) {
            rows.read(i, values, i * rows.cols());
        }
        return values;
    }

    private static ModelFileException refusal(Path file) {
        return catchThrowableOfType(
                ModelFileException.class, () -> ModelCheckpoint.open(file).close());
    }
}
