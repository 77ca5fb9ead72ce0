package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.FileServer;
import io.baseload.testing.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls a model on the command line. */
class PullCommandTest {
    @TempDir
    private Path folder;

    @Test
    void theLastLineIsWhatCanBeImported() throws Exception {
        byte[] model = Files.readAllBytes(TestModels.tiny());
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(model));
        try (var server = new FileServer("127.0.0.1")) {
            server.put("/tiny.gguf", model, 1, 50_000);
            String[] pull = {
                "pull", server.url() + "/tiny.gguf?key=secret", "--sha256", sha256, "--into", folder.toString()
            };
            CommandRun run = CommandRun.of(pull);
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(Path.of(run.lastLine())).hasBinaryContent(model);
            assertThat(CommandRun.of("inspect", run.lastLine()).code()).isZero();
            CommandRun unknown =
                    CommandRun.of("pull", "hf:org/none", "--base-url", server.url(), "--into", folder + "/x");
            assertThat(unknown.code()).isEqualTo(2);
            assertThat(unknown.err()).contains("answered 404");
        }
        assertThat(CommandRun.of("pull", "https://example.com/x.gguf").code()).isEqualTo(2);
        assertThat(CommandRun.of("pull", "https://no url", "--sha256", "0").code())
                .isEqualTo(2);
        assertThat(CommandRun.of("pull", "hf:org/none", "--connections", "0").code())
                .isEqualTo(2);
    }
}
