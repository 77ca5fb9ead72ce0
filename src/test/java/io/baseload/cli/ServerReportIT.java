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
    private static final String BENCH = "--threads 2 --prompt 8 --decode 4 --repeat 1 --warm-up 0";

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

    /** On a machine with several memory nodes, of which the first one has no CPUs. */
    @Test
    void theReportHasAllThatIsToBeSentBack() throws Exception {
        Path out = folder.resolve("report");
        var several = Map.of("NODES", nodes("", "0", "1").toString());
        String said = run(0, several, "bin/server-report", TestModels.tiny().toString(), out.toString());
        assertThat(said.lines().toList().getLast()).isEqualTo(out + ".tar.gz");
        assertThat(Path.of(out + ".tar.gz")).exists();
        assertThat(Files.readString(out.resolve("plan.svg"))).startsWith("<svg");
        String report = Files.readString(out.resolve("report.md"));
        int ofOneNode = report.indexOf("## Bench with one node");
        assertThat(report.substring(0, ofOneNode))
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
                        "1 measurements");
        assertThat(report.substring(ofOneNode))
                .as("measured alone")
                .contains("shard 0 of 1: workers 2, CPUs [0]", "of the roofline");
        assertThat(report).doesNotContain("failed with exit code");
        assertThat(run(2, Map.of(), "bin/server-report", TestModels.tiny().toString(), out.toString()))
                .contains("usage");
    }

    /** A folder of memory nodes, as the system describes them. */
    private Path nodes(String... cpus) throws IOException {
        Path nodes = folder.resolve("nodes");
        for (int node = 0; node < cpus.length; node++) {
            Path own = Files.createDirectories(nodes.resolve("node" + node));
            Files.writeString(own.resolve("cpulist"), cpus[node].isEmpty() ? "" : cpus[node] + "\n");
        }
        return nodes;
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
