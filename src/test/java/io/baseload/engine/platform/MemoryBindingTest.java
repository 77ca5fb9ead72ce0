package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders as they are in /proc and /sys. */
class MemoryBindingTest {
    @TempDir
    Path system;

    private void node(int number, int kilobytes) throws IOException {
        Path node = Files.createDirectories(system.resolve("node/node" + number));
        Files.writeString(
                node.resolve("meminfo"),
                "Node %1$d MemTotal:       %2$d kB\nNode %1$d MemFree:        7 kB\n".formatted(number, kilobytes));
    }

    private void process(String cpuset, String policy) throws IOException {
        Files.writeString(system.resolve("status"), "Name:\tjava\nMems_allowed_list:\t" + cpuset + "\n");
        Files.writeString(system.resolve("numa_maps"), "55d8f8400000 " + policy + " mapped=1 N0=1\n");
    }

    @Test
    void aProcessHasTheMemoryOfTheNodesThatItMayUse() throws IOException {
        for (int i = 0; i < 3; i++) {
            node(i, 1000 << i);
        }
        process("0-2", "default");
        assertThat(MemoryBinding.bytes(system, system))
                .as("it may use all of them")
                .isEmpty();
        process("0,2-63", "default");
        assertThat(MemoryBinding.bytes(system, system)).hasValue(5000 << 10);
        process("0-2", "bind:1");
        assertThat(MemoryBinding.bytes(system, system)).hasValue(2000 << 10);
        Files.delete(system.resolve("node/node1/meminfo"));
        assertThat(MemoryBinding.bytes(system, system)).isEmpty();
        assertThat(MemoryBinding.bytes(system.resolve("none"), system)).isEmpty();
    }
}
