package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/server-report} with a small model and the built program. */
class ServerReportIT {
    private static final String BENCH = "--threads 2 --prompt 8 --decode 4 --repeat 1";

    @TempDir
    private Path folder;

    private static String run(int code, Map<String, String> changed, String... command)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SHARDS", "1 2");
        builder.environment().put("BENCH", BENCH);
        builder.environment().putAll(changed);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(code);
        return output;
    }

    @Test
    void theReportHasAllThatIsToBeSentBack() throws Exception {
        Path out = folder.resolve("report");
        String said = run(0, Map.of(), "bin/server-report", TestModels.tiny().toString(), out.toString());
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
        assertThat(run(2, Map.of(), "bin/server-report", TestModels.tiny().toString(), out.toString()))
                .contains("usage");
    }

    @Test
    void oneOfSeveralNodesIsMeasuredAlone() throws Exception {
        Path nodes = folder.resolve("nodes");
        for (int node = 0; node < 2; node++) {
            Path own = Files.createDirectories(nodes.resolve("node" + node));
            Files.writeString(own.resolve("cpulist"), node == 0 ? "" : "0\n");
        }
        Files.writeString(Files.createDirectories(nodes.resolve("node2")).resolve("cpulist"), "1\n");
        Path out = folder.resolve("report");
        var changed = Map.of("NODES", nodes.toString(), "SHARDS", "1");
        run(0, changed, "bin/server-report", TestModels.tiny().toString(), out.toString());
        String report = Files.readString(out.resolve("report.md"));
        assertThat(report.substring(report.indexOf("## Bench with one node")))
                .contains("shard 0 of 1: workers 2, CPUs [0]", "of the roofline");
    }

    @Test
    void aFailureIsToldAfterTheReportIsPacked() throws Exception {
        Path out = folder.resolve("report");
        var changed = Map.of("BENCH", "--decode nothing", "SHARDS", "1");
        assertThat(run(1, changed, "bin/server-report", TestModels.tiny().toString(), out.toString()))
                .contains("failed: Bench with 1");
        assertThat(Path.of(out + ".tar.gz")).exists();
        assertThat(Files.readString(out.resolve("report.md"))).contains("failed with exit code", "## Load afterwards");
    }
}
