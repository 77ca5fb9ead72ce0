package io.baseload.engine.parallel;

import io.baseload.engine.api.EngineOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
        int workers = options.threads() == 0
                ? Math.max(shards.size(), Math.min(allowed.workers(), allowed.cores(shards)))
                : options.threads();
        return new TeamLayout(workers, shards, levels());
    }

    private List<List<Integer>> shards(EngineOptions options) {
        List<List<Integer>> lists = options.cpus().stream().map(this::given).toList();
        if (lists.size() > 1) {
            return lists;
        }
        List<List<Integer>> nodes =
                lists.isEmpty() ? nodes() : new Topology(system, allowed.only(lists.getFirst())).nodes();
        if (options.shards() == 0) {
            boolean few = options.threads() > 0 && options.threads() < nodes.size();
            return few ? List.of(all(nodes)) : nodes;
        }
        return options.shards() == nodes.size() ? nodes : pieces(all(nodes), options.shards());
    }

    private static List<Integer> all(List<List<Integer>> nodes) {
        return nodes.stream().flatMap(List::stream).toList();
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

    /** CPUs for shards that don't correspond to nodes: runs of neighbouring CPUs. */
    private static List<List<Integer>> pieces(List<Integer> cpus, int shards) {
        List<List<Integer>> pieces = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            pieces.add(List.copyOf(
                    cpus.subList(Step.share(shard, shards, cpus.size()), Step.share(shard + 1, shards, cpus.size()))));
        }
        return pieces;
    }
}
