package io.baseload.engine.parallel;

import io.baseload.engine.platform.NumberList;
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
        return allowed(
                Path.of("/proc/self"), Topology.SYSTEM, Runtime.getRuntime().availableProcessors());
    }

    /**
     * @param process what the system tells of this process, as a folder
     * @param system the system's devices, as a folder
     */
    static Cpus allowed(Path process, Path system, int available) {
        try (var lines = Files.lines(process.resolve("status"))) {
            String list = lines.filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .findFirst()
                    .orElse(":");
            List<Integer> allowed = parse(list.substring(list.indexOf(':') + 1));
            return new Cpus(cores(running(allowed, system), system), available);
        } catch (IOException | RuntimeException notLinux) {
            return new Cpus(List.of(), available);
        }
    }

    /**
     * Without the CPUs that are switched off, or that don't exist: a virtual machine to which CPUs can be added allows its processes all that it may ever have. The list in {@code cpu/online}
     * isn't used, because in some containers it only counts the CPUs of a quota.
     */
    private static List<Integer> running(List<Integer> cpus, Path system) {
        List<Integer> running = cpus.stream()
                .filter(cpu -> runs(system.resolve("cpu/cpu" + cpu)))
                .toList();
        return running.isEmpty() ? cpus : running;
    }

    private static boolean runs(Path cpu) {
        Path online = cpu.resolve("online");
        try {
            return Files.isDirectory(cpu)
                    && !(Files.isReadable(online)
                            && Files.readString(online).strip().equals("0"));
        } catch (IOException unknown) {
            return true;
        }
    }

    private static List<List<Integer>> cores(List<Integer> allowed, Path system) {
        List<List<Integer>> cores = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (int cpu : allowed) {
            if (seen.add(cpu)) {
                List<Integer> siblings = siblings(cpu, system);
                seen.addAll(siblings);
                cores.add(allowed.stream().filter(siblings::contains).toList());
            }
        }
        return cores;
    }

    private static List<Integer> siblings(int cpu, Path system) {
        try {
            return parse(Files.readString(system.resolve("cpu/cpu" + cpu + "/topology/thread_siblings_list")));
        } catch (IOException unknown) {
            return List.of(cpu);
        }
    }

    /**
     * The kernel's list format: {@code 0-3,8,10-11}.
     *
     * @throws NumberFormatException if it is another one
     */
    static List<Integer> parse(String list) {
        return NumberList.parse(list);
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
