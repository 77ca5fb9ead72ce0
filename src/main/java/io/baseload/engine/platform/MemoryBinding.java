package io.baseload.engine.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The memory nodes that a process may use: those of its cpuset, and of them only those to which {@code numactl --membind} binds it. */
public final class MemoryBinding {
    private static final Pattern CPUSET = Pattern.compile("Mems_allowed_list:\\s*([0-9,-]+)");

    /** In a line about a mapping, of which the first has the process's policy. */
    private static final Pattern BOUND = Pattern.compile("[0-9a-f]+ bind[a-z=|]*:([0-9,-]+) .*");

    private static final Pattern TOTAL = Pattern.compile("Node \\d+ MemTotal:\\s*(\\d+) kB");

    private MemoryBinding() {}

    /** The bytes of the nodes that this process may use; empty if these are all nodes, or the system doesn't tell. */
    public static OptionalLong bytes() {
        return bytes(Path.of("/proc/self"), Path.of("/sys/devices/system"));
    }

    /**
     * The bytes of the nodes that a process may use; empty if these are all nodes, or the system doesn't tell.
     *
     * @param process what the system tells of it, as a folder
     * @param system the system's devices, as a folder
     */
    public static OptionalLong bytes(Path process, Path system) {
        List<Integer> nodes = nodes(process).stream()
                .filter(node -> Files.isDirectory(
                        system.resolve("node/node" + node))) // a cpuset may name nodes that don't exist
                .toList();
        // In virtual machines the sum of all nodes may be less than the machine's memory.
        if (nodes.size() == count(system.resolve("node"))) {
            return OptionalLong.empty();
        }
        long sum = 0;
        for (int node : nodes) {
            long bytes = total(system.resolve("node/node" + node + "/meminfo"));
            if (bytes < 0) {
                return OptionalLong.empty();
            }
            sum += bytes;
        }
        return sum == 0 ? OptionalLong.empty() : OptionalLong.of(sum);
    }

    private static long count(Path folder) {
        try (Stream<Path> names = Files.list(folder)) {
            return names.filter(name -> String.valueOf(name.getFileName()).matches("node\\d+"))
                    .count();
        } catch (IOException noNodes) {
            return 0;
        }
    }

    /** A node's memory; -1 if the file doesn't tell. */
    private static long total(Path meminfo) {
        try (Stream<String> lines = Files.lines(meminfo)) {
            return lines.map(TOTAL::matcher)
                    .filter(Matcher::matches)
                    .findFirst()
                    .map(match -> Long.parseLong(match.group(1)) << 10)
                    .orElse(-1L);
        } catch (IOException | RuntimeException notLinux) {
            return -1;
        }
    }

    /** The nodes' numbers; none if the system doesn't tell. */
    public static List<Integer> nodes(Path process) {
        List<Integer> allowed = list(CPUSET, process.resolve("status"), Long.MAX_VALUE);
        List<Integer> bound = list(BOUND, process.resolve("numa_maps"), 1);
        return bound.isEmpty()
                ? allowed
                : allowed.stream().filter(bound::contains).toList();
    }

    /** The first match in a file's first lines. */
    private static List<Integer> list(Pattern pattern, Path file, long lines) {
        try (BufferedReader reader = Files.newBufferedReader(file);
                Stream<String> all = reader.lines().limit(lines)) {
            return all.map(pattern::matcher)
                    .filter(Matcher::matches)
                    .findFirst()
                    .map(match -> NumberList.parse(match.group(1)))
                    .orElse(List.of());
        } catch (IOException | RuntimeException notLinux) {
            return List.of();
        }
    }
}
