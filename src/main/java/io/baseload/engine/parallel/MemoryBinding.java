package io.baseload.engine.parallel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The memory nodes that a process may use: those of its cpuset, and of them only those to which {@code numactl --membind} binds it. */
final class MemoryBinding {
    private static final Pattern CPUSET = Pattern.compile("Mems_allowed_list:\\s*([0-9,-]+)");

    /** In a line about a mapping, of which the first has the process's policy. */
    private static final Pattern BOUND = Pattern.compile("[0-9a-f]+ bind[a-z=|]*:([0-9,-]+) .*");

    private MemoryBinding() {}

    /** The nodes' numbers; none if the system doesn't tell. */
    static List<Integer> nodes(Path process) {
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
                    .map(match -> Cpus.parse(match.group(1)))
                    .orElse(List.of());
        } catch (IOException | RuntimeException notLinux) {
            return List.of();
        }
    }
}
