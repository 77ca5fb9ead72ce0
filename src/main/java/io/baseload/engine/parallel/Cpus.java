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
 * @param cpus their numbers, first one of each core, then the others that share a core; empty if the system doesn't list them
 * @param cores the number of cores
 * @param available the number of CPUs whose time the process gets: its cpuset or its CPU quota, whichever is less
 */
record Cpus(List<Integer> cpus, int cores, int available) {

    static Cpus allowed() {
        int available = Runtime.getRuntime().availableProcessors();
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            String list = lines.filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .findFirst()
                    .orElse(":");
            return of(parse(list.substring(list.indexOf(':') + 1)), available);
        } catch (IOException | RuntimeException notLinux) {
            return new Cpus(List.of(), available, available);
        }
    }

    private static Cpus of(List<Integer> allowed, int available) {
        List<Integer> first = new ArrayList<>();
        List<Integer> rest = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (int cpu : allowed) {
            (seen.contains(cpu) ? rest : first).add(cpu);
            seen.addAll(siblings(cpu));
        }
        int cores = first.size();
        first.addAll(rest);
        return new Cpus(List.copyOf(first), cores, available);
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

    /** The allowed ones of these CPUs, first one of each core. */
    List<Integer> of(List<Integer> some) {
        return cpus.stream().filter(some::contains).toList();
    }

    /** As if the process could use only these. */
    Cpus only(List<Integer> some) {
        int left = (int) cpus.stream().limit(cores).filter(some::contains).count();
        return new Cpus(of(some), left, Math.min(available, some.size()));
    }

    /** The number of cores in these lists of CPUs. */
    int cores(List<List<Integer>> lists) {
        List<Integer> first = cpus.subList(0, Math.min(cores, cpus.size()));
        int count = (int)
                lists.stream().flatMap(List::stream).filter(first::contains).count();
        return cpus.isEmpty() ? cores : Math.max(1, count);
    }

    /** The number of workers: one for each core, because two would share its arithmetic units. */
    int workers() {
        return Math.max(1, Math.min(cores, available));
    }
}
