package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.GgufBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufSplitTest {
    @TempDir
    Path folder;

    @Test
    void readsAllParts() throws IOException {
        Path first = part(0, 3, "a", 0);
        part(1, 3, "b", 0);
        part(2, 3, "c", 0);
        try (GgufFile file = GgufFile.open(first)) {
            assertThat(file.tensors()).extracting(StoredTensor::name).containsExactly("a", "b", "c");
            assertThat(file.tensor("c").orElseThrow().file()).isEqualTo(path(2, 3));
            assertThat(file.metadata().integer("split.count")).hasValue(3);
            assertThat(file.bytes()).isEqualTo(3 * Files.size(first));
        }
    }

    @Test
    void refusesPartsThatDoNotBelongTogether() throws IOException {
        Path first = part(0, 2, "a", 0);
        assertThat(refusal(first)).hasMessageContaining("m-00002-of-00002.gguf: no such file");
        part(1, 2, "a", 0);
        assertThat(refusal(first)).hasMessageContaining("tensor a is also in m-00001-of-00002.gguf");
        part(1, 2, "b", 7);
        assertThat(refusal(first)).hasMessageContaining("split.no must be 1");
        part(0, 2, "a", 0);
        Files.copy(part(1, 3, "b", 0), path(1, 2), StandardCopyOption.REPLACE_EXISTING);
        assertThat(refusal(first)).hasMessageContaining("split.count must be 2 as in the first part");
    }

    @Test
    void wantsTheFirstPartByItsName() throws IOException {
        part(0, 2, "a", 0);
        assertThat(refusal(part(1, 2, "b", 0))).hasMessageContaining("split.no must be 0: name the first part");
        Path renamed = Files.copy(path(0, 2), folder.resolve("model.gguf"));
        assertThat(refusal(renamed)).hasMessageContaining("the file's name must end in -00001-of-00002.gguf");
    }

    private Path part(int number, int count, String tensor, int wrongBy) throws IOException {
        return GgufBytes.header(1, 2)
                .key("split.no", number + wrongBy)
                .key("split.count", count)
                .tensor(tensor, 0, 0, 8)
                .data(32)
                .write(path(number, count));
    }

    private Path path(int number, int count) {
        return folder.resolve("m-0000" + (number + 1) + "-of-0000" + count + ".gguf");
    }

    private static ModelFileException refusal(Path file) {
        return catchThrowableOfType(
                ModelFileException.class, () -> GgufFile.open(file).close());
    }
}
