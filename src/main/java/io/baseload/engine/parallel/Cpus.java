package io.baseload.engine.parallel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The CPUs that this process may use.
 *
 * @param cores the CPUs of each core; empty if the system doesn't list them
 * @param available the number of CPUs whose time the process gets: its cpuset or its CPU quota, whichever is less
 */
record Cpus(List<List<Integer>> cores, int available) {

    static Cpus allowed() {
        int available = Runtime.getRuntime().availableProcessors();
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            String list = lines.filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .findFirst()
                    .orElse(":");
            return new Cpus(cores(parse(list.substring(list.indexOf(':') + 1))), available);
        } catch (IOException | RuntimeException notLinux) {
            return new Cpus(List.of(), available);
        }
    }

    private static List<List<Integer>> cores(List<Integer> allowed) {
        List<List<Integer>> cores = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (int cpu : allowed) {
            if (seen.add(cpu)) {
                List<Integer> siblings = siblings(cpu);
                seen.addAll(siblings);
                cores.add(allowed.stream().filter(siblings::contains).toList());
            }
        }
        return cores;
    }

    private static List<Integer> siblings(int cpu) {
        try {
            return parse(
                    Files.readString(Path.of("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list")));
        } catch (IOException unknown) {
            return List.of(cpu);
        }
    }

    /** The kernel's list format: {@code 0-3,8,10-11}. */
    static List<Integer> parse(String list) {
        List<Integer> cpus = new ArrayList<>();
        for (String part : list.strip().split(",", -1)) {
            String[] ends = part.strip().split("-", -1);
            int from = Integer.parseInt(ends[0]);
            IntStream.rangeClosed(from, ends.length == 1 ? from : Integer.parseInt(ends[1]))
                    .forEach(cpus::add);
        }
        return cpus;
    }

    /** First one of each core, then the others that share a core. */
    List<Integer> cpus() {
        int threads = cores.stream().mapToInt(List::size).max().orElse(0);
        return IntStream.range(0, threads)
                .boxed()
                .flatMap(thread ->
                        cores.stream().filter(core -> thread < core.size()).map(core -> core.get(thread)))
                .toList();
    }

    /** The allowed ones of these CPUs, first one of each core. */
    List<Integer> of(List<Integer> some) {
        return only(some).cpus();
    }

    /** As if the process could use only these. */
    Cpus only(List<Integer> some) {
        List<List<Integer>> left = cores.stream()
                .map(core -> core.stream().filter(some::contains).toList())
                .filter(core -> !core.isEmpty())
                .toList();
        return new Cpus(left, Math.min(available, some.size()));
    }

    /** The number of workers on these CPUs: one for each core, because two would share its arithmetic units. */
    int workers(List<Integer> some) {
        return cores.isEmpty() ? available : Math.min(only(some).cores.size(), available);
    }
}
