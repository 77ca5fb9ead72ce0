package io.baseload.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccuracyLayoutTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    private int check(String variants) throws IOException {
        Files.writeString(folder.resolve("table.json"), "{\"tokens_per_window\": 1, \"variants\": " + variants + "}");
        Files.write(folder.resolve("windows.safetensors"), new byte[0]);
        return Conformance.run(List.of(folder.toString()), new PrintStream(output, true, StandardCharsets.UTF_8));
    }

    private List<String> lines() {
        return output.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void formatsThatImportDoesNotWriteAreNotChecked() throws IOException {
        assertThat(check("{\"q4_0\": {}}")).isEqualTo(2);
        assertThat(lines().getFirst()).startsWith("----  ").endsWith(":q4_0  q4_0 is not a format that import writes");
        assertThat(lines().getLast()).isEqualTo("0 passed, 0 failed");
    }

    @Test
    void anUnknownFormatFails() throws IOException {
        assertThat(check("{\"q4_0\": {}, \"q9_9\": {}}")).isEqualTo(1);
        assertThat(lines().get(1)).startsWith("FAIL  ").contains(":q9_9  0 of 2 cases");
        assertThat(lines().getLast()).isEqualTo("0 passed, 2 failed");
    }
}
