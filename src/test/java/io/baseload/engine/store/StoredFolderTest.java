package io.baseload.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Quantization;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a stored model is found when it is opened, or verified. */
class StoredFolderTest {
    @TempDir
    Path folder;

    private final Engine engine = Engine.open(new EngineOptions(1, false));
    private Path header;

    @BeforeEach
    void convert() {
        engine.convert(TestModels.tiny(), folder, Optional.of(Quantization.KEEP), ByteProgress.NONE);
        header = folder.resolve("model.json");
        assertThat(header.toFile().setWritable(true)).isTrue();
        assertThat(folder.resolve("weights.bin").toFile().setWritable(true)).isTrue();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"baseload\"    | \"other\"      | format must be baseload",
                "\"version\":2   | \"version\":1  | version is not 2: import the model again",
                "\"quantization\":\"keep\" | \"quantization\":\"q3\" | quantization must be one of",
                "\"embedding\":{\"shape\":[384,64] | \"embedding\":{\"shape\":[384,65] | doesn't fit the shape,"
                        + " expected",
                "\"embedding\":{\"shape\":[384,64] | \"embedding\":{\"shape\":[384] | shape must be rows and columns",
                "\"embedding\":{\"shape\":[384,64] | \"embedding\":{\"shape\":[-384,64] | shape must be rows and"
                        + " columns",
                "\"embedding\":{\"shape\":[384,64] | \"embedding\":{\"shape\":[268435456,268435456] | doesn't fit the"
                        + " shape",
                "\"codes\":\"F32\"  | \"codes\":\"F33\" | codes is F33, which this version doesn't know",
                "\"codes\":\"F32\"  | \"codes\":\"I8\"  | is not a valid packing",
                "\"offset\":0     | \"offset\":1      | offset must be a multiple of 64 from 0 on",
                "\"offset\":0     | \"offset\":64     | offset must be a multiple of 64 from",
                "\"offset\":0     | \"offset\":-64    | offset is -64; it must be 0 or more",
                "\"offset\":0     | \"offset\":9223372036854775744 | leads beyond",
                "\"type\":\"F32\"   | \"type\":\"F99\"  | type is F99, which this version doesn't know",
                "\"metadata.gguf\" | \"../other\"   | belongs to a file outside the folder",
                "\"metadata.gguf\" | \"/dev/zero\"  | belongs to a file outside the folder",
                "\"sha256\"       | \"sha257\"        | sha256 is missing"
            })
    void refusesAHeader(String found, String changed, String problem) throws IOException {
        String text = Files.readString(header);
        assertThat(text).contains(found);
        Files.writeString(header, text.replaceFirst(Pattern.quote(found), changed));
        assertThatThrownBy(() -> StoredFolder.open(folder))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("model.json")
                .hasMessageContaining(problem);
    }

    @Test
    void refusesWeightsThatAreCut() throws IOException {
        Path weights = folder.resolve("weights.bin");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> engine.load(folder, LoadOptions.named("m")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("has " + (bytes.length - 1) + " bytes, model.json says " + bytes.length);
    }

    @Test
    void refusesAModelWithoutAWeight() throws IOException {
        String text = Files.readString(header);
        Files.writeString(header, text.replace("\"layers.1.attention.query\"", "\"layers.1.attention.quarry\""));
        assertThatThrownBy(() -> engine.inspect(folder))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("has no layers.1.attention.query: import the model again");
    }

    @Test
    void verifyingFindsEveryChange() throws IOException {
        StoredFolder.open(folder).verify(ByteProgress.NONE);
        Path weights = folder.resolve("weights.bin");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length / 2] ^= 1;
        Files.write(weights, bytes);
        assertThatThrownBy(() -> StoredFolder.open(folder).verify(ByteProgress.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("was changed: its checksum differs");
        bytes[bytes.length / 2] ^= 1;
        Files.write(weights, bytes);
        Path metadata = folder.resolve("metadata.gguf");
        assertThat(metadata.toFile().setWritable(true)).isTrue();
        Files.write(metadata, "more".getBytes(StandardCharsets.US_ASCII), StandardOpenOption.APPEND);
        assertThatThrownBy(() -> StoredFolder.open(folder).verify(ByteProgress.NONE))
                .hasMessageContaining("metadata.gguf: was changed");
    }

    @Test
    void verifyingFindsWhatWasAdded() throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), "other words");
        assertThatThrownBy(() -> StoredFolder.open(folder).verify(ByteProgress.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("chat_template.jinja: was added");
    }
}
