package io.baseload.engine.parallel;

import io.baseload.engine.api.EngineOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * NUMA nodes, last-level caches and their CPUs, described by the system in a folder ({@code /sys/devices/system}).
 *
 * @param allowed CPUs that this process may use
 */
record Topology(Path system, Cpus allowed) {
    private static final Path SYSTEM = Path.of("/sys/devices/system");

    static Topology ofThisMachine() {
        return new Topology(SYSTEM, Cpus.allowed());
    }

    /** CPUs of each node that the process may use; one list of all if the system has no nodes. */
    List<List<Integer>> nodes() {
        List<List<Integer>> nodes = new ArrayList<>();
        for (Path list : lists()) {
            List<Integer> cpus = allowed.of(read(list));
            if (!cpus.isEmpty()) {
                nodes.add(cpus);
            }
        }
        return nodes.isEmpty() ? List.of(allowed.cpus()) : nodes;
    }

    /** As {@link TeamLayout#levels}. */
    List<List<List<Integer>>> levels() {
        return Stream.of(nodes(), caches())
                .filter(level -> level.size() > 1)
                .distinct()
                .toList();
    }

    /** Lists of CPUs that share a third-level cache; none if the system has no such caches. */
    private List<List<Integer>> caches() {
        List<List<Integer>> caches = new ArrayList<>();
        for (int cpu : allowed.cpus()) {
            if (caches.stream().noneMatch(cache -> cache.contains(cpu))) {
                Path cache = system.resolve("cpu/cpu" + cpu + "/cache/index3");
                if (Files.isReadable(cache.resolve("shared_cpu_list"))) {
                    caches.add(allowed.of(read(cache.resolve("shared_cpu_list"))));
                }
            }
        }
        return caches;
    }

    private List<Path> lists() {
        Path folder = system.resolve("node");
        try (Stream<Path> names = Files.list(folder)) {
            return names.map(Path::getFileName)
                    .map(String::valueOf)
                    .filter(name -> name.matches("node\\d{1,6}"))
                    .sorted(Comparator.comparingInt(Topology::number))
                    .map(name -> folder.resolve(name).resolve("cpulist"))
                    .filter(Files::isReadable)
                    .toList();
        } catch (IOException noNodes) {
            return List.of();
        }
    }

    private static int number(String node) {
        return Integer.parseInt(node.substring("node".length()));
    }

    private static List<Integer> read(Path list) {
        try {
            String cpus = Files.readString(list).strip();
            return cpus.isEmpty() ? List.of() : Cpus.parse(cpus);
        } catch (IOException e) {
            throw new UncheckedIOException(list + ": can't be read", e);
        }
    }

    /**
     * The workers of each shard and their CPUs.
     *
     * @throws IllegalArgumentException if there are fewer workers than shards, or CPUs that the process may not use
     */
    TeamLayout layout(EngineOptions options) {
        List<List<Integer>> shards = shards(options);
        List<Integer> used = shards.stream().flatMap(List::stream).toList();
        int workers = options.threads() == 0 ? Math.max(shards.size(), allowed.workers(used)) : options.threads();
        return new TeamLayout(workers, shards, levels());
    }

    private List<List<Integer>> shards(EngineOptions options) {
        List<List<Integer>> lists = options.cpus().stream().map(this::given).toList();
        if (lists.size() > 1) {
            return lists;
        }
        Topology some = lists.isEmpty() ? this : new Topology(system, allowed.only(lists.getFirst()));
        List<List<Integer>> nodes = some.nodes();
        if (options.shards() == 0) {
            boolean few = options.threads() > 0 && options.threads() < nodes.size();
            return few ? some.pieces(1) : nodes;
        }
        return options.shards() == nodes.size() ? nodes : some.pieces(options.shards());
    }

    /** CPUs for shards that don't correspond to nodes: runs of neighbouring cores, each with all its CPUs. */
    private List<List<Integer>> pieces(int shards) {
        List<List<Integer>> cores = nodes().stream()
                .flatMap(node -> allowed.only(node).cores().stream())
                .toList();
        return IntStream.range(0, shards)
                .mapToObj(shard -> cores.subList(
                        Step.share(shard, shards, cores.size()), Step.share(shard + 1, shards, cores.size())))
                .map(own -> new Cpus(own, allowed.available()).cpus())
                .toList();
    }

    private List<Integer> given(String list) {
        List<Integer> cpus;
        try {
            cpus = Cpus.parse(list);
        } catch (NumberFormatException bad) {
            throw new IllegalArgumentException("cpus must be lists such as 0-3,8, not " + list, bad);
        }
        if (!allowed.cpus().containsAll(cpus)) {
            throw new IllegalArgumentException(
                    "cpus must be among those that the process may use, " + allowed.cpus() + ", not " + list);
        }
        return allowed.of(cpus);
    }
}
