package io.baseload.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Teams on one node of several, whose weights are copied there. Machines are folders. */
class ConfinedTeamTest {
    @TempDir
    Path system;

    private void node(int number, String cpus, String distances) throws IOException {
        Path node = Files.createDirectories(system.resolve("node/node" + number));
        Files.writeString(node.resolve("cpulist"), cpus + "\n");
        Files.writeString(node.resolve("distance"), distances + "\n");
    }

    /** A team on CPUs that the process may use, as many shards as given, or by node if that is 0. */
    private TeamLayout team(List<Integer> allowed, int shards, String... cpus) {
        var one = new Cpus(allowed.stream().map(List::of).toList(), allowed.size());
        return new Topology(system, one).layout(new EngineOptions(0, true, shards, List.of(cpus)));
    }

    @Test
    void oneOfSeveralNodesIsKnown() throws IOException {
        node(0, "0-1", "10 20 20");
        node(1, "2-3", "20 10 20");
        node(2, "", "20 20 10");
        List<Integer> all = List.of(0, 1, 2, 3);
        assertThat(team(all, 1).confined()).as("both").isFalse();
        assertThat(team(all, 1, "2-3").confined()).as("a list").isTrue();
        TeamLayout mask = team(List.of(2, 3), 0);
        assertThat(mask.confined()).as("the affinity mask").isTrue();
        assertThat(mask.shards()).isOne();
        TeamLayout merged = team(all, 2, "2-3").merged(1);
        assertThat(merged.confined()).as("two shards of a node as one").isTrue();
    }

    @Test
    void aMachineOfOneNodeConfinesNothing() throws IOException {
        node(0, "0-3", "10 20");
        node(1, "", "20 10");
        assertThat(team(List.of(0, 1), 1).confined()).as("memory without CPUs").isFalse();
        node(1, "4-5", "20 10");
        Files.writeString(system.resolve("node/has_memory"), "0\n");
        TeamLayout nearest = team(List.of(0, 1), 1);
        assertThat(nearest.confined())
                .as("CPUs whose nearest memory is the same")
                .isFalse();
    }
}
