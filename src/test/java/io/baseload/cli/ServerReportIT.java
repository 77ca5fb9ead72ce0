package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/server-report} with a small model and the built program. */
class ServerReportIT {
    @TempDir
    private Path folder;

    private static String run(int code, String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SHARDS", "1 2");
        builder.environment().put("BENCH", "--threads 2 --prompt 8 --decode 4 --repeat 1");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(code);
        return output;
    }

    @Test
    void theReportHasAllThatIsToBeSentBack() throws Exception {
        Path out = folder.resolve("report");
        String said = run(0, "bin/server-report", TestModels.tiny().toString(), out.toString());
        assertThat(said.lines().toList().getLast()).isEqualTo(out + ".tar.gz");
        assertThat(Path.of(out + ".tar.gz")).exists();
        assertThat(Files.readString(out.resolve("plan.svg"))).startsWith("<svg");
        assertThat(Files.readString(out.resolve("report.md")))
                .contains("## CPUs", "node0: CPUs", "Cpus_allowed_list", "## Plan", "bottleneck", "tokens/s decode")
                .contains("## Collectives", "4 shards, ", "rows of 8192: an all-reduce", "threads: a barrier")
                .contains("## Cut into 2", "shard 1", "all-reduces a token")
                .contains(
                        "## Bench with 1",
                        "## Bench with 2",
                        "shard 0 of 1: workers 2",
                        "shard 0 of 1 after use: ",
                        "shard 1 of 2: workers 1",
                        "shard 1 of 2 after use: ",
                        "of the roofline",
                        "barriers",
                        "1 measurements")
                .doesNotContain("failed with exit code");
        assertThat(run(2, "bin/server-report", TestModels.tiny().toString(), out.toString()))
                .contains("usage");
    }
}
