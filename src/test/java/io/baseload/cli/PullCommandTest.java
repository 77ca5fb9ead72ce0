package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.FileServer;
import io.baseload.testing.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls a model on the command line. */
class PullCommandTest {
    @TempDir
    private Path folder;

    @Test
    void saysThePathForTheServiceOfTheSameHome() throws Exception {
        byte[] model = Files.readAllBytes(TestModels.tiny());
        System.setProperty("baseload.home", folder.toString());
        try (var server = new FileServer("127.0.0.1")) {
            server.put("/tiny.gguf", model, 1, 50_000);
            String[] pull = {"pull", server.url() + "/tiny.gguf", "--sha256", sha256(model)};
            CommandRun run = CommandRun.of(pull);
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out().lines()).contains("path for POST /admin/v1/models: tiny.gguf/files/tiny.gguf");
            assertThat(Path.of(run.lastLine())).isEqualTo(folder.resolve("import/tiny.gguf/files/tiny.gguf"));
        } finally {
            System.clearProperty("baseload.home");
        }
    }

    @Test
    void deletesNothingThatItDidNotPull() throws Exception {
        byte[] model = Files.readAllBytes(TestModels.tiny());
        Path other = Files.writeString(folder.resolve("other.gguf"), "mine");
        Path hidden = Files.writeString(
                Files.createDirectories(folder.resolve("files")).resolve(".hidden"), "mine");
        try (var server = new FileServer("127.0.0.1")) {
            server.put("/tiny.gguf", model, 1, 50_000);
            server.put("/same.gguf", model, 1, 50_000);
            String[] pull = {"pull", server.url() + "/tiny.gguf", "--sha256", sha256(model), "--into", ""};
            for (Path filled : List.of(folder, hidden.getParent())) {
                pull[5] = filled.toString();
                CommandRun refused = CommandRun.of(pull);
                assertThat(refused.code()).as(refused.err()).isEqualTo(2);
                assertThat(refused.err()).contains(filled + " is not empty");
            }
            assertThat(other).hasContent("mine");
            assertThat(hidden).hasContent("mine");

            pull[5] = folder.resolve("model").toString();
            CommandRun first = CommandRun.of(pull);
            assertThat(first.code()).as(first.err()).isZero();
            pull[1] += "?key=signed-again";
            assertThat(CommandRun.of(pull).code()).isZero();
            pull[1] = server.url() + "/same.gguf";
            CommandRun second = CommandRun.of(pull);
            assertThat(second.code()).isEqualTo(2);
            assertThat(second.err()).contains("has the files of " + server.url() + "/tiny.gguf");
            assertThat(Path.of(first.lastLine())).hasBinaryContent(model);
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void theLastLineIsWhatCanBeImported() throws Exception {
        byte[] model = Files.readAllBytes(TestModels.tiny());
        try (var server = new FileServer("127.0.0.1")) {
            server.put("/tiny.gguf", model, 1, 50_000);
            String[] pull = {
                "pull", server.url() + "/tiny.gguf?key=secret", "--sha256", sha256(model), "--into", folder.toString()
            };
            CommandRun run = CommandRun.of(pull);
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(Path.of(run.lastLine())).hasBinaryContent(model);
            assertThat(CommandRun.of("inspect", run.lastLine()).code()).isZero();
            CommandRun unknown =
                    CommandRun.of("pull", "hf:org/none", "--base-url", server.url(), "--into", folder + "/x");
            assertThat(unknown.code()).isEqualTo(2);
            assertThat(unknown.err()).contains("answered 404");
            pull[5] = folder + "/x";
            CommandRun known = CommandRun.of(pull);
            assertThat(known.code()).as(known.err()).isZero();
        }
        assertThat(CommandRun.of("pull", "https://example.com/x.gguf").code()).isEqualTo(2);
        assertThat(CommandRun.of("pull", "https://no url", "--sha256", "0").code())
                .isEqualTo(2);
        assertThat(CommandRun.of("pull", "hf:org/none", "--connections", "0").code())
                .isEqualTo(2);
        CommandRun rate = CommandRun.of("pull", "hf:org/none", "--bandwidth", "20Mbit");
        assertThat(rate.code()).as(rate.err()).isEqualTo(2);
        assertThat(rate.err()).contains("--bandwidth", "such as 10MB, not '20Mbit'");
        CommandRun home = CommandRun.of("pull", "hf:x/..");
        assertThat(home.code()).isEqualTo(2);
        assertThat(home.err()).contains("hf:x/.. is not a name such as hf:org/model");
    }
}
