package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyFilesTest {
    @TempDir
    private Path folder;

    @Test
    void readsWhatSaysSomethingOfWordsAndNothingElse() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        Files.writeString(folder.resolve("config.json"), "{\"a\": 1}");
        Files.writeString(folder.resolve("README.md"), "no");
        Path more = Files.createDirectories(folder.resolve("additional_chat_templates"));
        Files.writeString(more.resolve("tool_use.jinja"), "x");
        assertThat(VocabularyFiles.read(folder).files().keySet())
                .containsExactlyInAnyOrder("tokenizer.json", "config.json", "additional_chat_templates/tool_use.jinja");
        assertThat(VocabularyFiles.names(folder)).hasSize(3);
    }

    @Test
    void refusesWhatIsNoFileOrTooLong() throws IOException {
        Files.createDirectories(folder.resolve("tokenizer.json"));
        assertThatThrownBy(() -> VocabularyFiles.read(folder)).hasMessageContaining("is not a regular file");
        Files.delete(folder.resolve("tokenizer.json"));
        try (var sparse = new RandomAccessFile(folder.resolve("tokenizer.json").toFile(), "rw")) {
            sparse.setLength((128L << 20) + 1);
        }
        assertThatThrownBy(() -> VocabularyFiles.read(folder)).hasMessageContaining("is longer than");
    }
}
