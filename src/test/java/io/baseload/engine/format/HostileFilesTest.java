package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Broken files of every format, and the byte at which each is wrong. */
class HostileFilesTest {
    private static final Path FOLDER = TestModels.resource("hostile");

    static Stream<Arguments> files() {
        JsonNode table =
                JsonMapper.shared().readTree(FOLDER.resolve("hostile.json").toFile());
        return table.valueStream()
                .map(row -> Arguments.of(
                        row.get("file").asString(),
                        row.get("verdict").asString().equals("accept"),
                        row.get("offset").asLong(-1)));
    }

    @ParameterizedTest
    @MethodSource("files")
    void isRefusedWhereItIsWrong(String name, boolean valid, long offset) {
        Path file = FOLDER.resolve(name);
        ModelFileException refusal = catchThrowableOfType(
                ModelFileException.class, () -> ModelCheckpoint.open(file).close());
        if (valid) {
            assertThat(refusal).isNull();
            return;
        }
        assertThat(refusal.file()).isEqualTo(file);
        if (offset >= 0) {
            assertThat(refusal.offset()).as(refusal.getMessage()).isEqualTo(offset);
        }
    }
}
